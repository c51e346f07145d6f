//! How long `master check` takes over a fleet: pillar and states of a thousand hosts of different grains, on one core.
//!
//! `cargo bench -p master --bench check` measures with criterion; what asks the database for the hosts and prints the results
//! is not measured.

use std::path::{Path, PathBuf};

use common::value::{Map, Value, map};
use criterion::{BatchSize, Criterion, SamplingMode};
use master::api::CheckSpec;
use master::check::{check, described};
use master::config::{Config, Roots};
use master::pillar::PillarHost;
use tempfile::TempDir;

/// How many hosts the fleet has.
const FLEET: usize = 1000;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let lantern = lantern_of_fleet();
    for (name, fixture) in [("lantern", lantern.path()), ("formulas", &fixture("formulas"))] {
        let config = config(fixture);
        group.bench_function(format!("{name}, {FLEET} hosts"), |bencher| {
            bencher.iter_batched(fleet, |hosts| states_of(&config, &hosts), BatchSize::PerIteration);
        });
    }
    group.finish();
    criterion.final_summary();
}

/// How many states the hosts have together; that none fails is part of it.
fn states_of(config: &Config, hosts: &[PillarHost]) -> usize {
    let mut states = 0;
    let unused = check(config, &CheckSpec::default(), hosts, |result| {
        assert!(result.errors.is_empty(), "{} does not compile: {}", result.host, result.errors[0]);
        states += result.states;
    });
    assert!(unused.is_empty(), "an SLS that no host has does not compile");
    states
}

fn config(fixture: &Path) -> Config {
    let roots = |name: &str| Roots::from([("base".into(), vec![fixture.join(name)])]);
    Config { file_roots: roots("tree"), pillar_roots: roots("pillar"), ..Config::default() }
}

/// Hosts no two of which have the same grains: nine of ten are `fp-` and `web-` hosts.
fn fleet() -> Vec<PillarHost> {
    let common = grains();
    (0..FLEET)
        .map(|number| {
            let prefix = ["fp", "web", "fp", "web", "fp", "web", "fp", "web", "fp", "cm"][number % 10];
            let name = format!("{prefix}-{number}");
            let mut grains = common.clone();
            let address = format!("10.0.{}.{}", number / 250, number % 250 + 1);
            let mut set = |name: &str, value: Value| drop(grains.insert(name.into(), value));
            set("host", name.as_str().into());
            set("nodename", name.as_str().into());
            set("fqdn", format!("{name}.example.net").into());
            set("num_cpus", Value::Int(if number % 3 == 0 { 2 } else { 8 }));
            set("osfinger", if number % 4 == 0 { "Debian-11" } else { "Debian-12" }.into());
            set("ipv4", vec![address.clone(), "127.0.0.1".into()].into());
            let interfaces = map([("lo", vec!["127.0.0.1"].into()), ("eth0", vec![address].into())]);
            set("ip4_interfaces", Value::Map(interfaces.clone()));
            set("ip_interfaces", Value::Map(interfaces));
            described(name.parse().expect("a host's id"), grains)
        })
        .collect()
}

/// The tree `lantern` with a secret for every host of the fleet, each of which only that host gets.
fn lantern_of_fleet() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(&fixture("lantern"), folder.path());
    for host in fleet() {
        let path = folder.path().join(format!("pillar/secret/{}.sls", host.id));
        std::fs::write(path, format!("proxy:\n  token: secret-of-{}\n", host.id)).expect("a file written");
    }
    folder
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

fn fixture(name: &str) -> PathBuf {
    tests().join("fixtures").join(name)
}

/// The grains of the conformance cases.
fn grains() -> Map {
    let text = std::fs::read_to_string(tests().join("conformance/grains.yaml")).expect("the grains");
    serde_yaml::from_str(&text).expect("grains as YAML")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        let copy = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            self::copy(&path, &copy);
        } else {
            std::fs::copy(&path, &copy).expect("a file copied");
        }
    }
}
