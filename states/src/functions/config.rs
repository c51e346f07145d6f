//! `config.*`: the configuration, with grains and pillar behind it.

use common::target::fnmatch;
use common::value::{Map, Value, get};

use super::lookup::{delimiter, descend, merge, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "config.get",
        doc: "A value of the configuration, else of the grains, else of the pillar.\n\n\
              key: its name, or a path such as mine:interval\n\
              default: what is returned where there is none\n\
              merge: recurse, to merge the maps that are found\n\
              omit_opts, omit_grains, omit_pillar: where not to look",
        parameters: &[
            "key",
            "default",
            "delimiter",
            "merge",
            "omit_opts",
            "omit_pillar",
            "omit_master",
            "omit_grains",
        ],
        run: config_get,
    },
    Function {
        name: "config.option",
        doc: "A value at the top of the configuration, else of the grains, else of the pillar.\n\n\
              value: its name\ndefault: what is returned where there is none\n\
              omit_opts, omit_grains, omit_pillar, omit_master, omit_all: where not to look\n\
              wildcard: whether the name is a glob; then a map of all that fit is returned",
        parameters: &[
            "value",
            "default",
            "omit_opts",
            "omit_grains",
            "omit_pillar",
            "omit_master",
            "omit_all",
            "wildcard",
        ],
        run: option,
    },
    Function {
        name: "config.merge",
        doc: "A value at the top of the configuration, with what the pillar has under the same name.\n\n\
              value: its name\ndefault: what is returned where there is none",
        parameters: &["value", "default", "omit_opts", "omit_master", "omit_pillar"],
        run: config_merge,
    },
    Function {
        name: "config.dot_vals",
        doc: "The configuration values whose names begin with a name and a dot.\n\nvalue: the name",
        parameters: &["value"],
        run: |context, arguments| {
            let beginning = required(arguments, 0, "value", "config.dot_vals")? + ".";
            let maps = [master(context), Some(&*context.opts)];
            let found = maps.into_iter().flatten().flatten();
            let found =
                found.filter(|(name, _)| name.as_str().is_some_and(|name| name.starts_with(&beginning)));
            Ok(Value::Map(found.map(|(name, value)| (name.clone(), value.clone())).collect()))
        },
    },
    Function {
        name: "config.backup_mode",
        doc: "How files are backed up.\n\nbackup: a mode that counts instead of the configured one",
        parameters: &["backup"],
        run: |context, arguments| match arguments.get(0, "backup").filter(|backup| backup.is_true()) {
            Some(backup) => Ok(backup.clone()),
            None => Ok(get(&context.opts, "backup_mode").cloned().unwrap_or_else(|| "".into())),
        },
    },
    Function {
        name: "config.manage_mode",
        doc: "Permission bits as four octal digits.\n\nmode: the bits",
        parameters: &["mode"],
        run: |_, arguments| {
            Ok(match arguments.get(0, "mode") {
                None | Some(Value::Null) => Value::Null,
                Some(mode) => {
                    let text = mode.to_string();
                    let digits =
                        text.trim_matches(['"', '\'']).trim_start_matches("0o").trim_start_matches('0');
                    format!("{digits:0>4}").into()
                }
            })
        },
    },
    Function {
        name: "config.valid_fileproto",
        doc: "Whether a source begins with a protocol that files can be fetched by.\n\nuri: the source",
        parameters: &["uri"],
        run: |_, arguments| {
            let uri = required(arguments, 0, "uri", "config.valid_fileproto")?;
            let known = ["salt", "http", "https", "ftp", "file", "s3", "swift"];
            Ok(uri.split_once(':').is_some_and(|(scheme, _)| known.contains(&&*scheme.to_lowercase())).into())
        },
    },
    Function {
        name: "config.items",
        doc: "The whole configuration.",
        parameters: &[],
        run: |context, _| Ok(Value::Map(context.opts.as_ref().clone())),
    },
];

fn config_get(context: &std::sync::Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let path = required(arguments, 0, "key", "config.get")?;
    let delimiter = delimiter(arguments, 2);
    let omits = |position, name| arguments.get(position, name).is_some_and(Value::is_true);
    let mut maps = Vec::new();
    if !omits(4, "omit_opts") {
        maps.push(&*context.opts);
    }
    if !omits(7, "omit_grains") {
        maps.push(&*context.grains);
    }
    if !omits(5, "omit_pillar") {
        maps.push(&*context.pillar);
    }
    if !omits(6, "omit_master") {
        maps.extend(master(context));
    }
    let found = match arguments.get(3, "merge").filter(|given| given.is_true()) {
        None => maps.into_iter().find_map(|map| descend(map, &path, &delimiter)).cloned(),
        // The maps are laid over each other key by key at the top, so that the first that has the key counts.
        Some(strategy) if strategy.as_str() == Some("overwrite") => {
            let top = path.split(&delimiter).next().unwrap_or_default();
            maps.into_iter()
                .find(|map| get(map, top).is_some())
                .and_then(|map| descend(map, &path, &delimiter))
                .cloned()
        }
        Some(_) => merged(maps.iter().rev().filter_map(|map| descend(map, &path, &delimiter))),
    };
    Ok(found.or_else(|| arguments.get(1, "default").cloned()).unwrap_or_else(|| "".into()))
}

fn option(context: &std::sync::Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let name = required(arguments, 0, "value", "config.option")?;
    let flag = |position, name| arguments.get(position, name).is_some_and(Value::is_true);
    let (all, wildcard) = (flag(6, "omit_all"), flag(7, "wildcard"));
    let maps = [
        (flag(2, "omit_opts"), Some(&*context.opts)),
        (flag(3, "omit_grains"), Some(&*context.grains)),
        (flag(4, "omit_pillar"), Some(&*context.pillar)),
        (flag(5, "omit_master"), master(context)),
    ];
    let mut maps = maps.into_iter().filter(|(omitted, _)| !omitted && !all).filter_map(|(_, map)| map);
    let default = arguments.get(1, "default").filter(|default| !default.is_null()).cloned();
    if !wildcard {
        let found = maps.find_map(|map| get(map, &name)).cloned();
        return Ok(found.or(default).unwrap_or_else(|| "".into()));
    }
    let maps: Vec<&Map> = maps.collect();
    let mut found = Map::new();
    for (key, value) in maps.into_iter().rev().flatten() {
        if fnmatch(&key.to_string(), &name) {
            found.insert(key.clone(), value.clone());
        }
    }
    let default = default.unwrap_or_else(|| Map::new().into());
    Ok(if found.is_empty() { default } else { found.into() })
}

fn config_merge(context: &std::sync::Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let name = required(arguments, 0, "value", "config.merge")?;
    let omits = |position, name| arguments.get(position, name).is_some_and(Value::is_true);
    let maps = [
        (omits(2, "omit_opts"), Some(&*context.opts)),
        (omits(3, "omit_master"), master(context)),
        (omits(4, "omit_pillar"), Some(&*context.pillar)),
    ];
    let mut found: Option<Value> = None;
    for map in maps.into_iter().filter(|(omitted, _)| !omitted).filter_map(|(_, map)| map) {
        let Some(value) = get(map, &name) else { continue };
        found = Some(match (found, value) {
            (None, Value::String(_)) => return Ok(value.clone()),
            (None, value) => value.clone(),
            // What was found first counts.
            (Some(Value::Map(over)), Value::Map(under)) => {
                let mut under = under.clone();
                under.extend(over);
                under.into()
            }
            (Some(Value::List(mut list)), Value::List(more)) => {
                list.extend(more.iter().cloned());
                Value::List(list)
            }
            (Some(found), _) => found,
        });
    }
    Ok(found.or_else(|| arguments.get(1, "default").cloned()).unwrap_or_else(|| "".into()))
}

/// The configuration of the master that the pillar carries.
fn master(context: &Context) -> Option<&Map> {
    get(&context.pillar, "master").and_then(Value::as_map)
}

/// Merges values, the later ones over the earlier.
fn merged<'a>(values: impl Iterator<Item = &'a Value>) -> Option<Value> {
    values.cloned().reduce(|under, over| match (under, over) {
        (Value::Map(mut under), Value::Map(over)) => {
            merge(&mut under, &over, false);
            under.into()
        }
        (_, over) => over,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn looks_in_the_configuration_first() {
        let pillar = map([("os", "pillar".into()), ("a", map([("y", 2.into())]).into())]);
        let mut context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), pillar, false);
        let opts = map([("a", map([("x", 1.into())]).into())]);
        Arc::get_mut(&mut context).unwrap().opts = Arc::new(opts);
        let call = |key: &str, keyword: Map| {
            let arguments = Arguments { positional: vec![key.into()], keyword };
            functions::call(&context, "config.get", &arguments).unwrap().to_string()
        };
        assert_eq!(call("os", Map::new()), "Debian");
        assert_eq!(call("os", map([("omit_grains", true.into())])), "pillar");
        assert_eq!(call("a", Map::new()), "{'x': 1}");
        assert_eq!(call("a", map([("merge", "recurse".into())])), "{'y': 2, 'x': 1}");
        assert_eq!(call("a:z", map([("default", "d".into())])), "d");
    }
}
