use std::fs;
use std::path::Path;

use common::value::{Map, Value, get, map};

use super::*;

/// A folder with these files, and what its configuration comes to.
fn read(files: &[(&str, &str)], given: &Given) -> Result<SaltConfig, String> {
    let home = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("@HOME@", home.path().to_str().unwrap())).unwrap();
    }
    SaltConfig::read(home.path(), given).map_err(|errors| {
        let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
        texts.join("\n").replace(home.path().to_str().unwrap(), "")
    })
}

fn minion(text: &str) -> SaltConfig {
    read(&[("minion", text)], &Given::default()).unwrap()
}

fn opt(config: &SaltConfig, key: &str) -> String {
    get(&config.opts, key).map_or_else(|| "absent".into(), ToString::to_string)
}

#[test]
fn salts_defaults_are_there() {
    let config = minion("id: a\n");
    for (key, value) in [
        ("renderer", "jinja|yaml"),
        ("state_top", "salt://top.sls"),
        ("saltenv", "None"),
        ("cachedir", "/var/cache/salt/minion"),
        ("extension_modules", "/var/cache/salt/minion/extmods"),
        ("pillar_source_merging_strategy", "smart"),
        ("file_client", "local"),
        ("state_output", "full"),
        ("jinja_env", "{}"),
    ] {
        assert_eq!(opt(&config, key), value, "{key}");
    }
    assert_eq!(config.file_roots["base"], [Path::new("/srv/salt"), Path::new("/srv/spm/salt")]);
    assert!(config.notices.is_empty(), "{:?}", config.notices);
}

#[test]
fn files_are_merged_as_salt_merges_them() {
    let config = read(
        &[
            ("minion", "id: a\nlist: [0]\nmine: {x: 1}\ninclude: more/*.conf\nown: minion\n"),
            ("minion.d/1.conf", "list: [1, 2]\nmine: {a: {b: 1}}\nown: one\n"),
            ("minion.d/2.conf", "list: [2, 3]\nmine: {a: {c: 2}}\n"),
            ("minion.d/ignored.txt", "own: never\n"),
            ("more/x.conf", "included: true\ninclude: ../deep.conf\n"),
            ("deep.conf", "deep: 1\n"),
        ],
        &Given::default(),
    );
    let config = config.unwrap();
    // Lists of included files are joined; what is included replaces what the main file says.
    assert_eq!(opt(&config, "list"), "[1, 2, 3]");
    assert_eq!(opt(&config, "mine"), "{'a': {'b': 1, 'c': 2}}");
    assert_eq!(opt(&config, "own"), "one");
    assert_eq!(opt(&config, "included") + &opt(&config, "deep"), "True1");
}

#[test]
fn broken_files_are_errors_with_their_place() {
    let error = |files: &[(&str, &str)]| read(files, &Given::default()).unwrap_err();
    let text = error(&[("minion", "id: a\nb: [\n")]);
    assert!(text.contains("--> /minion:3"), "{text}");
    let text = error(&[("minion", "- a\n")]);
    assert!(text.contains("/minion is no map") && text.contains("a list"), "{text}");
    let text = error(&[("minion", "id: a\n"), ("grains", "a: b: c\n")]);
    assert!(text.contains("--> /grains:1"), "{text}");
    let text = error(&[("minion", "include: minion\nid: a\n")]);
    assert!(text.contains("included more than 16 deep"), "{text}");
}

#[test]
fn the_id() {
    let id = |files: &[(&str, &str)]| read(files, &Given::default()).unwrap().id;
    assert_eq!(id(&[("minion", "id: 0042\n")]), "42");
    assert_eq!(id(&[("minion", "id: a\nappend_domain: example.net\n")]), "a.example.net");
    assert_eq!(id(&[("minion", "id: a.example.net\nappend_domain: example.net\n")]), "a.example.net");
    assert_eq!(id(&[("minion", ""), ("minion_id", "cached\n")]), "cached");
    assert_eq!(id(&[("minion", "root_dir: @HOME@/r\n"), ("r/etc/salt/minion_id", "below\n")]), "below");
    let own =
        id(&[("minion", "minion_id_caching: false\nminion_id_remove_domain: true\n"), ("minion_id", "x")]);
    assert!(!own.is_empty() && own != "x" && !own.contains('.'), "{own}");
    let given = Given { id: Some("b".into()), ..Given::default() };
    assert_eq!(read(&[("minion", "id: a\nappend_domain: x\n")], &given).unwrap().id, "b");
}

#[test]
fn root_dir_and_the_id_go_into_paths() {
    let config = minion(
        "id: a\nroot_dir: /r/\nlog_file: udp://log:514\npidfile: /r/run/x.pid\n\
         append_minionid_config_dirs: [cachedir, pki_dir]\n",
    );
    assert_eq!(opt(&config, "cachedir"), "/r/var/cache/salt/minion/a");
    assert_eq!(opt(&config, "pki_dir"), "/r/etc/salt/pki/minion/a");
    assert_eq!(opt(&config, "pidfile"), "/r/run/x.pid");
    assert_eq!(opt(&config, "log_file"), "udp://log:514");
}

#[test]
fn grains_lie_over_one_another() {
    let files = [
        ("minion", "id: a\ngrains: {role: config, deep: {a: 1}}\ngrains_blacklist: ['cpu*', 'x[0-9]+']\n"),
        ("grains", "role: file\nplace: file\nx12: gone\nid: liar\n"),
    ];
    let grains = read(&files, &Given::default()).unwrap().grains();
    let of = |key: &str| get(&grains, key).map(ToString::to_string);
    assert_eq!((of("role"), of("place")), (Some("config".into()), Some("file".into())));
    assert_eq!((of("cpuarch"), of("x12"), of("id")), (None, None, Some("a".into())));
    assert!(of("kernel").is_some());

    let opts = map([("grains_deep_merge", true.into())]);
    let nested = |key: &str| Map::from_iter([("m".into(), map([(key, Value::Int(1))]).into())]);
    let merged = grains::lay(nested("a"), &nested("b"), &opts, "a");
    assert_eq!(get(&merged, "m").unwrap().to_string(), "{'a': 1, 'b': 1}");
}

#[test]
fn what_means_nothing_here_is_named_once() {
    let config =
        minion("id: a\nmaster: salt.example\nmine_interval: 5\nbeacons: {}\nmy_own: 1\nlog_level: debug\n");
    assert_eq!(config.notices.len(), 1, "{:?}", config.notices);
    assert!(config.notices[0].contains("master, mine_interval"), "{:?}", config.notices);
    assert_eq!(opt(&config, "my_own"), "1");
    let config = minion("id: a\nfailhard: 'yes'\n");
    assert!(
        config.notices[0].contains("`failhard` is a str, where Salt wants a bool"),
        "{:?}",
        config.notices
    );
}

#[test]
fn what_would_change_a_tree_is_refused() {
    let text = read(
        &[("minion", "id: a\next_pillar:\n  - cmd_yaml: x\nid_function: x.y\ndecrypt_pillar: []\n")],
        &Given::default(),
    );
    let text = text.unwrap_err();
    assert!(text.contains("`ext_pillar` can't be honoured") && text.contains("--> /minion:2:1"), "{text}");
    assert!(text.contains("`id_function`") && !text.contains("decrypt"), "{text}");

    let git = [("minion", "id: a\nfileserver_backend: [git]\n")];
    assert!(read(&git, &Given::default()).unwrap_err().contains("--file-root"));
    assert!(read(&git, &Given { file_roots: true, ..Given::default() }).is_ok());
    let both = minion("id: a\nfileserver_backend: [git, roots]\n");
    assert!(both.notices[0].contains("only roots is served"), "{:?}", both.notices);
}

#[test]
fn roots() {
    let config = read(
        &[
            ("minion", "id: a\nfile_roots: {base: ['@HOME@/tree*'], 1: [/x], no: null}\npillar_roots: [x]\n"),
            ("tree2/a.sls", ""),
            ("tree1/b.sls", ""),
        ],
        &Given::default(),
    );
    let config = config.unwrap();
    let names: Vec<_> = config.file_roots.keys().map(String::as_str).collect();
    assert_eq!(names, ["base", "1", "False"]);
    let base: Vec<_> = config.file_roots["base"].iter().map(|path| path.file_name().unwrap()).collect();
    assert_eq!(base, ["tree1", "tree2"]);
    assert_eq!(config.pillar_roots["base"], [Path::new("/srv/pillar")]);
}

#[test]
fn every_key_has_one_line_in_the_table() {
    let mut names: Vec<_> = keys().iter().map(|key| key.name).collect();
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), keys().len());
    let refused = keys().iter().filter(|key| key.decision == Decision::Refused);
    assert!(refused.clone().count() > 10 && refused.clone().all(|key| !key.why.is_empty()));
}

#[test]
fn the_page_lists_every_key() {
    let page = include_str!("../../../docs/salt-config.md");
    let missing: Vec<_> =
        keys().iter().map(|key| key.name).filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/salt-config.md does not name {missing:?}");
}
