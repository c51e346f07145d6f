//! What becomes of each key.

use std::sync::LazyLock;

use common::value::{Value, get};

use super::Given;
use super::document::Document;
use crate::diagnostic::Diagnostic;

/// What becomes of a key here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It does what it does under Salt.
    Honoured,
    /// What it is about does not exist here, or not with `--local`. Templates see it in `opts`; a notice names it.
    Meaningless,
    /// A tree would do something else without it: a value other than Salt's default is an error.
    Refused,
}

/// A key that Salt knows.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What becomes of it.
    pub decision: Decision,
    /// Salt's default; none where the key is absent unless it is set.
    pub default: Option<Value>,
    /// Why it is refused, or what to do instead.
    pub why: &'static str,
}

/// Every key that Salt knows, sorted by name. A key that is not among them is the operator's own: templates see it in `opts`.
#[must_use]
pub fn keys() -> &'static [Key] {
    static KEYS: LazyLock<Vec<Key>> =
        LazyLock::new(|| include_str!("keys.tsv").lines().filter_map(key).collect());
    &KEYS
}

/// A line of the table; none for a comment.
fn key(line: &'static str) -> Option<Key> {
    let mut cells = line.split('\t');
    let (name, decision) = (cells.next()?, cells.next()?);
    let default = cells.next().filter(|text| !text.is_empty());
    Some(Key {
        name,
        decision: match decision {
            "honoured" => Decision::Honoured,
            "refused" => Decision::Refused,
            _ => Decision::Meaningless,
        },
        default: default.and_then(|text| Some(serde_json::from_str::<serde_json::Value>(text).ok()?.into())),
        why: cells.next().unwrap_or_default(),
    })
}

fn find(name: &str) -> Option<&'static Key> {
    let index = keys().binary_search_by(|key| key.name.cmp(name)).ok()?;
    keys().get(index)
}

/// Refuses what must be refused, and names in one notice what has no meaning here.
pub(super) fn decide(
    document: &Document,
    given: &Given,
    notices: &mut Vec<String>,
) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut meaningless = Vec::new();
    for (name, value) in &document.values {
        let Some(key) = name.as_str().and_then(find) else { continue };
        let unset = match &key.default {
            Some(default) => default == value,
            None => !value.is_true(),
        };
        match key.decision {
            _ if unset => {}
            Decision::Honoured => wrong_kind(key, value, notices),
            Decision::Meaningless => meaningless.push(key.name),
            Decision::Refused => {
                let error = Diagnostic::new(format!("the key `{}` can't be honoured: {}", key.name, key.why));
                errors.push(at(document, error, key.name));
            }
        }
    }
    backends(document, given, notices, &mut errors);
    if !meaningless.is_empty() {
        notices.push(format!(
            "these keys of Salt's configuration have no meaning here: {}",
            meaningless.join(", ")
        ));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The tree comes from folders alone: other backends are left out, and without `roots` nothing would be left.
fn backends(document: &Document, given: &Given, notices: &mut Vec<String>, errors: &mut Vec<Diagnostic>) {
    let key = "fileserver_backend";
    let Some(Value::List(named)) = get(&document.values, key) else { return };
    let named: Vec<_> = named.iter().map(ToString::to_string).collect();
    let others: Vec<_> = named.iter().filter(|name| *name != "roots").map(String::as_str).collect();
    if others.is_empty() || given.file_roots {
        return;
    }
    let others = others.join(", ");
    if named.iter().any(|name| name == "roots") {
        notices.push(format!(
            "{key}: only roots is served, so what is in {others} alone is missing from the tree"
        ));
    } else {
        let error = Diagnostic::new(format!("{key}: the tree is in {others}, and only roots is served here"))
            .help("check the tree out and name its folder with --file-root");
        errors.push(at(document, error, key));
    }
}

/// Salt warns of a value that is not of its key's kind, and uses it all the same.
fn wrong_kind(key: &Key, value: &Value, notices: &mut Vec<String>) {
    let Some(default) = &key.default else { return };
    let fits = match default {
        Value::Bool(_) => matches!(value, Value::Bool(_)),
        Value::List(_) => matches!(value, Value::List(_)),
        Value::Map(_) => matches!(value, Value::Map(_)),
        _ => true,
    };
    // These may be lists of what they apply to, or one of it.
    let loose = ["state_aggregate", "disabled_requisites", "env_order", "minion_id_remove_domain"];
    if !fits && !loose.contains(&key.name) && !value.is_null() {
        notices.push(format!(
            "the key `{}` is a {}, where Salt wants a {}",
            key.name,
            value.type_name(),
            default.type_name()
        ));
    }
}

fn at(document: &Document, error: Diagnostic, key: &str) -> Diagnostic {
    match document.place(key) {
        Some(place) => error.at(place.clone()),
        None => error,
    }
}
