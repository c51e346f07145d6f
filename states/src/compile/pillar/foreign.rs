//! What Salt can be configured to get into pillar from elsewhere, and this program does not: clear errors, since a host
//! without a part of its pillar would be configured wrongly.

use common::value::{DEFAULT_DELIMITER, Map, Value, get};

use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// External pillars: `ext_pillar: [{git: …}, {cmd_yaml: …}]`.
pub(super) fn refuse_external(context: &Context, errors: &mut Vec<Diagnostic>) {
    let Some(configured) = get(&context.opts, "ext_pillar").filter(|value| value.is_true()) else { return };
    let excluded = get(&context.opts, "exclude_ext_pillar").and_then(Value::as_list).unwrap_or_default();
    let malformed = || {
        Diagnostic::new("`ext_pillar` of the configuration is not a list of maps")
            .salt("The \"ext_pillar\" option is malformed")
    };
    let Some(items) = configured.as_list() else {
        errors.push(malformed());
        return;
    };
    for item in items {
        match item.as_map().and_then(|map| map.keys().next()) {
            None => errors.push(malformed()),
            Some(name) if excluded.contains(name) => {}
            Some(name) => errors.push(
                Diagnostic::new(format!(
                    "`ext_pillar` of the configuration asks for external pillar '{name}', which is not built here"
                ))
                .help(help(name)),
            ),
        }
    }
}

fn help(name: &Value) -> &'static str {
    match name.as_str() {
        Some("git") => "check the repository out and name its folder in `pillar_roots`",
        Some("file_tree") => "write pillar SLS files that import the files",
        _ => "write what it gives into pillar SLS files, or exclude it with `exclude_ext_pillar`",
    }
}

/// Values that `decrypt_pillar` says are encrypted. Those that are not there need no key.
pub(super) fn refuse_encrypted(context: &Context, pillar: &Map) -> Result<(), Vec<Diagnostic>> {
    let delimiter = get(&context.opts, "decrypt_pillar_delimiter").and_then(Value::as_str);
    let usual = get(&context.opts, "decrypt_pillar_default").and_then(Value::as_str).unwrap_or("gpg");
    let pillar = Value::Map(pillar.clone());
    let mut errors = Vec::new();
    for (key, renderer) in encrypted(context) {
        if pillar.traverse(&key, delimiter.unwrap_or(DEFAULT_DELIMITER)).is_none() {
            continue;
        }
        let renderer = renderer.as_str().filter(|name| !name.is_empty()).unwrap_or(usual).to_owned();
        errors.push(
            Diagnostic::new(format!(
                "`decrypt_pillar` of the configuration wants pillar key '{key}' decrypted with {renderer}, which is not \
                 built here"
            ))
            .help("keep the value in a pillar tree that only the master can read, without encryption"),
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The paths of encrypted values and what decrypts them: `- path`, `- path: renderer`, or a map of these.
fn encrypted(context: &Context) -> Vec<(String, Value)> {
    let pairs = |map: &Map| -> Vec<_> {
        map.iter().map(|(key, renderer)| (key.to_string(), renderer.clone())).collect()
    };
    match get(&context.opts, "decrypt_pillar") {
        Some(Value::Map(map)) => pairs(map),
        Some(Value::List(items)) => items
            .iter()
            .flat_map(|item| match item {
                Value::Map(map) => pairs(map),
                other => vec![(other.to_string(), Value::Null)],
            })
            .collect(),
        _ => Vec::new(),
    }
}
