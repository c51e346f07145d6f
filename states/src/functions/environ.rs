//! `environ.*`: the environment of the program that answers.

use common::value::{Map, Value};

use super::lookup::required;
use super::registry::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "environ.get",
        doc: "An environment variable.\n\nkey: its name\ndefault: what is returned where there is none",
        parameters: &["key", "default"],
        run: |_, arguments| {
            let name = match arguments.get(0, "key") {
                Some(Value::String(name)) => name.to_string(),
                Some(_) => return Ok(false.into()),
                None => required(arguments, 0, "key", "environ.get")?,
            };
            let found = variable(&name).map(Value::from);
            Ok(found.or_else(|| arguments.get(1, "default").cloned()).unwrap_or_else(|| "".into()))
        },
    },
    Function {
        name: "environ.has_value",
        doc: "Whether an environment variable is there.\n\nkey: its name\nvalue: the value it has to have",
        parameters: &["key", "value"],
        run: |_, arguments| {
            let name = required(arguments, 0, "key", "environ.has_value")?;
            let wanted = arguments.get(1, "value").filter(|value| !value.is_null()).map(ToString::to_string);
            Ok(variable(&name).is_some_and(|found| wanted.is_none_or(|wanted| wanted == found)).into())
        },
    },
    Function {
        name: "environ.item",
        doc: "A map of environment variables.\n\nkeys: a name or a list of names\ndefault: what stands for one that is \
              not there",
        parameters: &["keys", "default"],
        run: |_, arguments| {
            let names = match arguments.get(0, "keys") {
                Some(Value::List(names)) => names.clone(),
                Some(name @ Value::String(_)) => vec![name.clone()],
                _ => Vec::new(),
            };
            let default = arguments.get(1, "default").cloned().unwrap_or_else(|| "".into());
            let item = |name: Value| {
                let found = variable(&name.to_string());
                (name, found.map_or_else(|| default.clone(), Value::from))
            };
            Ok(Value::Map(names.into_iter().map(item).collect()))
        },
    },
    Function {
        name: "environ.items",
        doc: "The whole environment.",
        parameters: &[],
        run: |_, _| {
            let text = |text: std::ffi::OsString| Value::from(text.to_string_lossy().into_owned());
            Ok(Value::Map(
                std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect::<Map>(),
            ))
        },
    },
];

/// A variable. Names that no variable can have are not there.
fn variable(name: &str) -> Option<String> {
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    possible.then(|| std::env::var_os(name)).flatten().map(|value| value.to_string_lossy().into_owned())
}
