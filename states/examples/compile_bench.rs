//! How long it takes to compile a tree of 60 SLS files to a plan: `cargo run --release --example compile_bench`.
//!
//! The tree is made here: each SLS imports a shared map of macros and its own defaults, reads pillar and grains, loops, and
//! declares five or more states that wait for one another. Every run begins with nothing kept from an earlier one, as a job on a
//! host does; the first is shown by itself, since it alone reads the files from a cold start.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::value::{Map, Value, map};
use states::compile;
use states::context::{Context, RunState};
use states::files::Folders;
use states::process::System;

const FILES: usize = 60;
const USERS: usize = 20;
const RUNS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    write_tree(folder.path())?;
    let mut times = Vec::new();
    let mut chunks = 0;
    for _ in 0..RUNS {
        let context = context(folder.path());
        let start = Instant::now();
        let plan = compile::highstate(&context).map_err(|errors| errors[0].to_string())?;
        times.push(start.elapsed());
        chunks = plan.chunks.len();
    }
    let first = times[0];
    times.sort();
    let mut out = std::io::stdout();
    writeln!(out, "{FILES} SLS files, {chunks} states, {RUNS} runs")?;
    for (name, time) in [("first", first), ("median", times[RUNS / 2]), ("fastest", times[0])] {
        writeln!(out, "{name:>8} {:>8.1} ms {:>8.0} µs a file", milliseconds(time), each(time))?;
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Microseconds for one file.
#[allow(clippy::cast_precision_loss)]
fn each(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6 / FILES as f64
}

fn context(tree: &Path) -> Arc<Context> {
    let users = (0..USERS).map(|user| {
        let shell = if user % 3 == 0 { "/bin/sh" } else { "/bin/bash" };
        let of_user = map([
            ("shell", Value::from(shell)),
            ("uid", Value::Int(1000 + i64::try_from(user).unwrap_or(0))),
        ]);
        (Value::from(format!("user{user}")), Value::from(of_user))
    });
    let pillar = map([("users", Value::from(users.collect::<Map>()))]);
    let grains = map([("id", Value::from("host-1")), ("os_family", Value::from("Debian"))]);
    Arc::new(Context {
        id: "host-1".into(),
        saltenv: "base".into(),
        grains: Arc::new(grains),
        pillar: Arc::new(pillar),
        opts: Arc::new(Map::new()),
        files: Arc::new(Folders::base([tree.to_path_buf()])),
        processes: Arc::new(System),
        cache_dir: tree.join("cache"),
        test: true,
        mine: None,
        run: RunState::default(),
    })
}

fn write_tree(tree: &Path) -> std::io::Result<()> {
    let mut top = String::from("base:\n  '*':\n");
    for number in 0..FILES {
        top.push_str(&format!("    - role{number}\n"));
        let folder = tree.join(format!("role{number}"));
        std::fs::create_dir(&folder)?;
        std::fs::write(folder.join("init.sls"), SLS)?;
        std::fs::write(folder.join("defaults.yaml"), DEFAULTS)?;
        std::fs::write(folder.join("common.conf"), "{{ salt['pillar.get']('x', 1) }}\n")?;
    }
    std::fs::create_dir(tree.join("lib"))?;
    std::fs::write(tree.join("lib/map.jinja"), LIBRARY)?;
    std::fs::write(tree.join("top.sls"), top)
}

const LIBRARY: &str = "\
{% set map = salt['grains.filter_by']({'Debian': {'pkg': 'nginx', 'conf': '/etc'}, 'RedHat': {'pkg': 'nginx', 'conf': '/etc'}}) %}
{% macro line(key, value) %}{{ key }} = {{ value|default('none') }};{% endmacro %}
";

const DEFAULTS: &str = "\
port: 8080
workers: 4
paths: [bin, etc, 'var/log']
";

const SLS: &str = "\
{% from 'lib/map.jinja' import map, line %}
{% import_yaml tpldir ~ '/defaults.yaml' as defaults %}
{% set name = sls|replace('.', '-') %}
{% set options = salt['pillar.get'](name ~ ':options', defaults, merge=True) %}
{{ name }}-packages:
  pkg.installed:
    - pkgs: [{{ map.pkg }}, curl]

{{ name }}-config:
  file.managed:
    - name: {{ map.conf }}/{{ name }}.conf
    - source: salt://{{ slspath }}/common.conf
    - template: jinja
    - mode: '0644'
    - context: {{ options|json }}
    - require:
      - pkg: {{ name }}-packages

{% for path in options.paths %}
/srv/{{ name }}/{{ path }}:
  file.directory:
    - makedirs: true
    - mode: '0755'
{% endfor %}

{% for user, data in salt['pillar.get']('users', {}).items() if data.uid % 2 == 0 %}
{{ name }}-{{ user }}:
  file.managed:
    - name: /home/{{ user }}/.{{ name }}
    - contents: |
        {{ line('shell', data.shell) }}
        {{ line('uid', data.uid) }}
        {{ line('port', options.port) }}
    - require:
      - file: /srv/{{ name }}/bin
{% endfor %}

{{ name }}-service:
  service.running:
    - name: {{ name }}
    - enable: true
    - watch:
      - file: {{ name }}-config
";
