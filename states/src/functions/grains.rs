//! `grains.*`: what a host is.

use common::value::{Map, Value};

use super::lookup::{delimiter, descend, filter_by, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "grains.items",
        doc: "All grains.",
        parameters: &[],
        run: |context, _| Ok(Value::Map(context.grains.as_ref().clone())),
    },
    Function {
        name: "grains.ls",
        doc: "The names of all grains.",
        parameters: &[],
        run: |context, _| {
            let mut names: Vec<_> = context.grains.keys().map(ToString::to_string).collect();
            names.sort();
            Ok(names.into())
        },
    },
    Function {
        name: "grains.get",
        doc: "A grain, or a part of one.\n\n\
              key: its name, or a path such as ip_interfaces:eth0\n\
              default: what is returned where there is none\n\
              delimiter: what separates the steps of the path",
        parameters: &["key", "default", "delimiter", "ordered"],
        run: |context, arguments| get(context, arguments, "grains.get"),
    },
    Function {
        name: "grains.fetch",
        doc: "As grains.get.",
        parameters: &["key", "default", "delimiter", "ordered"],
        run: |context, arguments| get(context, arguments, "grains.fetch"),
    },
    Function {
        name: "grains.item",
        doc: "A map of the grains that are named.\n\ndefault: what stands for one that is not there",
        parameters: &["args"],
        run: |context, arguments| Ok(items(&context.grains, arguments)),
    },
    Function {
        name: "grains.has_value",
        doc: "Whether a grain is there and not empty.\n\nkey: its name, or a path",
        parameters: &["key"],
        run: |context, arguments| {
            let key = required(arguments, 0, "key", "grains.has_value")?;
            Ok(descend(&context.grains, &key, ":").is_some_and(Value::is_true).into())
        },
    },
    Function {
        name: "grains.equals",
        doc: "Whether a grain has a value.\n\nkey: its name, or a path\nvalue: the value",
        parameters: &["key", "value"],
        run: |context, arguments| {
            let key = required(arguments, 0, "key", "grains.equals")?;
            let found = descend(&context.grains, &key, ":").map(ToString::to_string).unwrap_or_default();
            Ok((found == required(arguments, 1, "value", "grains.equals")?).into())
        },
    },
    Function {
        name: "grains.filter_by",
        doc: "Chooses from a map by a grain.\n\n\
              lookup_dict: patterns of the grain's value, and what to choose for each\n\
              grain: the grain, by default os_family\n\
              merge: a map that is merged into what was chosen\n\
              default: the key to choose where no pattern matches\n\
              base: the key of a map into which what was chosen is merged",
        parameters: &["lookup_dict", "grain", "merge", "default", "base"],
        run: |context, arguments| {
            let grain = arguments.get(1, "grain").map_or("os_family".into(), ToString::to_string);
            filter_by("grains.filter_by", arguments, descend(&context.grains, &grain, ":"))
        },
    },
];

fn get(context: &Context, arguments: &Arguments, function: &str) -> Result<Value, FunctionError> {
    let key = required(arguments, 0, "key", function)?;
    let found = descend(&context.grains, &key, &delimiter(arguments, 2)).cloned();
    Ok(found.or_else(|| arguments.get(1, "default").cloned()).unwrap_or_else(|| "".into()))
}

/// `item` of grains and pillar: what is named by position, each under its path.
pub(super) fn items(data: &Map, arguments: &Arguments) -> Value {
    let default = common::value::get(&arguments.keyword, "default").cloned().unwrap_or_else(|| "".into());
    let delimiter = delimiter(arguments, usize::MAX);
    let item = |name: &Value| {
        let found = descend(data, &name.to_string(), &delimiter);
        (name.clone(), found.cloned().unwrap_or_else(|| default.clone()))
    };
    Value::Map(arguments.positional.iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, positional: Vec<Value>, keyword: Map) -> Value {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        functions::call(&context, name, &Arguments { positional, keyword }).unwrap()
    }

    #[test]
    fn looks_up() {
        assert_eq!(call("grains.get", vec!["os".into()], Map::new()), "Debian".into());
        assert_eq!(call("grains.get", vec!["no".into()], Map::new()), "".into());
        assert_eq!(call("grains.get", vec!["no".into(), 3.into()], Map::new()), 3.into());
        assert_eq!(
            call("grains.item", vec!["os".into(), "x".into()], Map::new()).to_string(),
            "{'os': 'Debian', 'x': ''}"
        );
        assert_eq!(call("grains.has_value", vec!["os".into()], Map::new()), true.into());
        assert_eq!(call("grains.equals", vec!["osrelease".into(), 12.into()], Map::new()), true.into());
    }

    #[test]
    fn filters() {
        let table = || {
            map([
                ("Deb*", Value::Map(map([("a", 1.into()), ("b", 1.into())]))),
                ("default", Value::Map(map([("a", 0.into()), ("c", 0.into())]))),
            ])
        };
        let chosen = |keyword: Map| call("grains.filter_by", vec![table().into()], keyword).to_string();
        assert_eq!(chosen(Map::new()), "{'a': 1, 'b': 1}");
        assert_eq!(chosen(map([("base", "default".into())])), "{'a': 1, 'c': 0, 'b': 1}");
        assert_eq!(chosen(map([("merge", map([("b", 2.into())]).into())])), "{'a': 1, 'b': 2}");
        assert_eq!(chosen(map([("grain", "none".into())])), "{'a': 0, 'c': 0}");
    }
}
