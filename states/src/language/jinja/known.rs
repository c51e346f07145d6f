//! What could have been meant: the names, keys, tests, tags and methods that an error compares with.

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};

use super::engine::{Root, Template, join};
use super::point;
use crate::nearest::nearest;

/// A help for a name that a file should have and has not.
pub(super) fn not_in_import(
    template: &Template<'_>,
    environment: &Environment<'_>,
    name: &str,
) -> Option<String> {
    let file = join(point::imported_from(template.text, name)?, template.path);
    let imported = environment.get_template(&file).ok()?;
    let names = point::names_in(imported.source());
    if names.iter().any(|known| known == name) {
        return None;
    }
    Some(match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("{file} has no `{name}`: did you mean `{near}`?"),
        None => format!("{file} has no `{name}`"),
    })
}

/// How many keys of a map are listed.
pub(super) const SHOWN: usize = 8;

/// How many keys of a map are looked at.
const KEYS: usize = 10_000;

/// The keys of a map that are text.
pub(super) fn keys_of(map: &Value) -> Vec<String> {
    if map.kind() != ValueKind::Map {
        return Vec::new();
    }
    let keys = map.try_iter().into_iter().flatten().take(KEYS);
    keys.filter_map(|key| key.as_str().map(Into::into)).collect()
}

/// What a template can name: what Salt gives it and what it sets or imports itself.
pub(super) fn known_names(template: &Template<'_>, root: &Value) -> Vec<String> {
    let given = root.downcast_object_ref::<Root>().into_iter().flat_map(Root::names);
    given.map(Into::into).chain(point::names_in(template.text)).collect()
}

/// The tests of Jinja2 and Salt.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "list",
    "lower",
    "lt",
    "mapping",
    "match",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// The tags of Jinja2 and Salt.
pub(super) const TAGS: &[&str] = &[
    "autoescape",
    "block",
    "break",
    "call",
    "continue",
    "do",
    "elif",
    "else",
    "endcall",
    "endfilter",
    "endfor",
    "endif",
    "endmacro",
    "endraw",
    "endset",
    "endwith",
    "extends",
    "filter",
    "for",
    "from",
    "if",
    "import",
    "import_json",
    "import_text",
    "import_yaml",
    "include",
    "load_json",
    "load_text",
    "load_yaml",
    "macro",
    "profile",
    "raw",
    "set",
    "with",
];

/// Python's methods of text, lists and maps that templates call.
pub(super) const METHODS: &[&str] = &[
    "append",
    "capitalize",
    "clear",
    "copy",
    "count",
    "endswith",
    "extend",
    "find",
    "format",
    "get",
    "index",
    "insert",
    "isdigit",
    "items",
    "iteritems",
    "join",
    "keys",
    "lower",
    "lstrip",
    "partition",
    "pop",
    "remove",
    "replace",
    "reverse",
    "rsplit",
    "rstrip",
    "setdefault",
    "sort",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "update",
    "upper",
    "values",
    "zfill",
];
