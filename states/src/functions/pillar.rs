//! `pillar.*`: what the master says of a host. Values are shown as they are: whoever may ask may see them.

use common::value::{Map, Value, get as key};

use super::grains::items;
use super::lookup::{delimiter, descend, filter_by, merge, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

const GET: &[&str] =
    &["key", "default", "merge", "merge_nested_lists", "delimiter", "pillarenv", "saltenv", "unmask"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "pillar.items",
        doc: "The whole pillar of the host.",
        parameters: &[],
        run: |context, _| Ok(Value::Map(context.pillar.as_ref().clone())),
    },
    Function {
        name: "pillar.data",
        doc: "As pillar.items.",
        parameters: &[],
        run: |context, _| Ok(Value::Map(context.pillar.as_ref().clone())),
    },
    Function {
        name: "pillar.raw",
        doc: "The whole pillar, or one key of it.\n\nkey: the key",
        parameters: &["key"],
        run: |context, arguments| match arguments.get(0, "key").filter(|key| key.is_true()) {
            None => Ok(Value::Map(context.pillar.as_ref().clone())),
            Some(wanted) => Ok(context.pillar.get(wanted).cloned().unwrap_or_else(|| Map::new().into())),
        },
    },
    Function {
        name: "pillar.ls",
        doc: "The names at the top of the pillar, or those of its arguments.\n\nargs: names\npillar: a map that is laid \
              over the pillar",
        parameters: &["args", "pillar"],
        run: |context, arguments| {
            if !arguments.positional.is_empty() {
                return Ok(match items(&context.pillar, arguments) {
                    Value::Map(found) => Value::List(found.keys().cloned().collect()),
                    other => other,
                });
            }
            let mut pillar = context.pillar.as_ref().clone();
            if let Some(Value::Map(over)) = key(&arguments.keyword, "pillar") {
                merge(&mut pillar, over, false);
            }
            Ok(Value::List(pillar.keys().cloned().collect()))
        },
    },
    Function {
        name: "pillar.get",
        doc: "A value of the pillar.\n\n\
              key: its name, or a path such as users:ops:uid\n\
              default: what is returned where there is none\n\
              merge: whether a map or list that is found is merged into the default\n\
              delimiter: what separates the steps of the path",
        parameters: GET,
        run: |context, arguments| get(context, arguments, "pillar.get"),
    },
    Function {
        name: "pillar.fetch",
        doc: "As pillar.get.",
        parameters: GET,
        run: |context, arguments| get(context, arguments, "pillar.fetch"),
    },
    Function {
        name: "pillar.item",
        doc: "A map of the values that are named.\n\ndefault: what stands for one that is not there",
        parameters: &["args"],
        run: |context, arguments| Ok(items(&context.pillar, arguments)),
    },
    Function {
        name: "pillar.keys",
        doc: "The keys of a map in the pillar.\n\nkey: its name, or a path",
        parameters: &["key", "delimiter"],
        run: |context, arguments| {
            let path = required(arguments, 0, "key", "pillar.keys")?;
            let failed = |reason| FunctionError::Arguments { name: "pillar.keys".into(), reason };
            match descend(&context.pillar, &path, &delimiter(arguments, 1)) {
                Some(Value::Map(map)) => Ok(Value::List(map.keys().cloned().collect())),
                Some(_) => Err(failed(format!("Pillar value in key {path} is not a dict"))),
                None => Err(failed(format!("'Pillar key not found: {path}'"))),
            }
        },
    },
    Function {
        name: "pillar.filter_by",
        doc: "Chooses from a map by a value of the pillar; arguments as for grains.filter_by.",
        parameters: &["lookup_dict", "pillar", "merge", "default", "base"],
        run: |context, arguments| {
            let path = required(arguments, 1, "pillar", "pillar.filter_by")?;
            filter_by("pillar.filter_by", arguments, descend(&context.pillar, &path, ":"))
        },
    },
];

fn get(context: &Context, arguments: &Arguments, function: &str) -> Result<Value, FunctionError> {
    let path = required(arguments, 0, "key", function)?;
    let found = descend(&context.pillar, &path, &delimiter(arguments, 4)).cloned();
    let default = arguments.get(1, "default").cloned();
    if arguments.get(2, "merge").is_some_and(Value::is_true) {
        let lists = arguments.get(3, "merge_nested_lists").filter(|given| !given.is_null());
        let lists = lists.or_else(|| key(&context.opts, "pillar_merge_lists")).is_some_and(Value::is_true);
        match (default.clone(), &found) {
            (Some(Value::Map(mut merged)), Some(Value::Map(found))) => {
                merge(&mut merged, found, lists);
                return Ok(merged.into());
            }
            (Some(Value::List(mut merged)), Some(Value::List(found))) => {
                let more: Vec<_> = found.iter().filter(|item| !merged.contains(item)).cloned().collect();
                merged.extend(more);
                return Ok(merged.into());
            }
            _ => {}
        }
    }
    match found.or(default) {
        Some(value) => Ok(value),
        None if key(&context.opts, "pillar_raise_on_missing").is_some_and(Value::is_true) => {
            Err(FunctionError::Arguments {
                name: function.into(),
                reason: format!("'Pillar key not found: {path}'"),
            })
        }
        None => Ok("".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, positional: Vec<Value>, keyword: Map) -> Result<Value, FunctionError> {
        let pillar = map([
            ("users", map([("ops", map([("uid", 7.into())]).into())]).into()),
            ("list", vec![1, 2].into()),
        ]);
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), pillar, false);
        functions::call(&context, name, &Arguments { positional, keyword })
    }

    #[test]
    fn looks_up() {
        assert_eq!(call("pillar.get", vec!["users:ops:uid".into()], Map::new()).unwrap(), 7.into());
        assert_eq!(call("pillar.get", vec!["no".into()], Map::new()).unwrap(), "".into());
        let slash = map([("delimiter", "/".into())]);
        assert_eq!(call("pillar.get", vec!["users/ops/uid".into()], slash).unwrap(), 7.into());
        assert_eq!(call("pillar.keys", vec!["users".into()], Map::new()).unwrap().to_string(), "['ops']");
        assert!(call("pillar.keys", vec!["no".into()], Map::new()).is_err());
        assert_eq!(call("pillar.ls", vec![], Map::new()).unwrap().to_string(), "['users', 'list']");
    }

    #[test]
    fn merges_into_the_default() {
        let keyword = |default: Value| map([("default", default), ("merge", true.into())]);
        let merged = call("pillar.get", vec!["list".into()], keyword(vec![0, 1].into())).unwrap();
        assert_eq!(merged, vec![0, 1, 2].into());
        let default = Value::from(map([("adm", 1.into())]));
        let merged = call("pillar.get", vec!["users".into()], keyword(default)).unwrap();
        assert_eq!(merged.to_string(), "{'adm': 1, 'ops': {'uid': 7}}");
    }
}
