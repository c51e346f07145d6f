//! The options that templates see in `opts`: what the files say, over Salt's defaults, with what Salt derives from them.

use common::value::{Map, Value, get};

use super::document::Document;
use super::keys::keys;
use super::roots;

/// Paths that `root_dir` is put before.
const BELOW_ROOT: &[&str] = &["pki_dir", "cachedir", "sock_dir", "extension_modules", "pidfile", "log_file"];

/// The options of a host.
pub(super) fn options(document: &Document, id: &str) -> Map {
    let defaults = keys().iter().filter_map(|key| Some((key.name.into(), key.default.clone()?)));
    let mut opts: Map = defaults.collect();
    opts.extend(document.values.iter().map(|(key, value)| (key.clone(), value.clone())));
    opts.insert("id".into(), id.into());
    opts.insert("__role".into(), "minion".into());
    opts.insert("__cli".into(), "salt-call".into());
    opts.insert("file_client".into(), "local".into());
    opts.insert("local".into(), true.into());
    environment(&mut opts);
    append_id(&mut opts, id);
    if get(&opts, "extension_modules").is_none_or(|path| !path.is_true()) {
        let path = format!("{}/extmods", text(&opts, "cachedir"));
        opts.insert("extension_modules".into(), path.into());
    }
    if get(&opts, "utils_dirs").is_none_or(|paths| !paths.is_true()) {
        let path = format!("{}/utils", text(&opts, "extension_modules"));
        opts.insert("utils_dirs".into(), vec![path].into());
    }
    if text(&opts, "sock_dir").len() > text(&opts, "cachedir").len() + 10 {
        let path = format!("{}/.salt-unix", text(&opts, "cachedir"));
        opts.insert("sock_dir".into(), path.into());
    }
    below_root(&mut opts);
    let top = text(&opts, "state_top");
    if !top.starts_with("salt://") {
        opts.insert("state_top".into(), format!("salt://{}", top.trim_start_matches('/')).into());
    }
    for key in ["file_roots", "pillar_roots"] {
        roots::normalise(&mut opts, key);
    }
    let hash_type = text(&opts, "hash_type").to_lowercase();
    opts.insert("hash_type".into(), hash_type.into());
    opts
}

fn text(opts: &Map, key: &str) -> String {
    get(opts, key).map(ToString::to_string).unwrap_or_default()
}

/// `environment` is the old name of `saltenv`, which counts where both are set.
fn environment(opts: &mut Map) {
    let Some(old) = get(opts, "environment").cloned() else { return };
    match get(opts, "saltenv").filter(|saltenv| !saltenv.is_null()).cloned() {
        Some(saltenv) => opts.insert("environment".into(), saltenv),
        None => opts.insert("saltenv".into(), old),
    };
}

/// `append_minionid_config_dirs`: folders that have the id at their end.
fn append_id(opts: &mut Map, id: &str) {
    let named =
        get(opts, "append_minionid_config_dirs").and_then(Value::as_list).unwrap_or_default().to_vec();
    for key in named.iter().filter_map(Value::as_str) {
        let path = text(opts, key);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let path = match key {
            "pki_dir" | "cachedir" | "extension_modules" => format!("{path}/{id}"),
            "default_include" => format!("{folder}/{id}/{name}"),
            "pidfile" => format!("{folder}/salt/{id}/{name}"),
            _ => continue,
        };
        opts.insert(key.into(), path.into());
    }
}

/// Puts `root_dir` before the paths of the minion's own files.
fn below_root(opts: &mut Map) {
    let root = text(opts, "root_dir");
    let root = root.trim_end_matches('/');
    for key in BELOW_ROOT {
        let path = text(opts, key);
        if path.is_empty() || path.contains("://") {
            continue;
        }
        let rest = path.strip_prefix(root).filter(|rest| rest.starts_with('/')).unwrap_or(&path);
        let path = format!("{root}/{}", rest.trim_start_matches('/'));
        opts.insert((*key).into(), path.into());
    }
}
