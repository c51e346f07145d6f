//! `config.*`: the configuration, with grains and pillar behind it.

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
              value: its name\ndefault: what is returned where there is none",
        parameters: &["value", "default"],
        run: |context, arguments| {
            let name = required(arguments, 0, "value", "config.option")?;
            let maps =
                [Some(&*context.opts), Some(&*context.grains), master(context), Some(&*context.pillar)];
            let found = maps.into_iter().flatten().find_map(|map| get(map, &name)).cloned();
            Ok(found.or_else(|| arguments.get(1, "default").cloned()).unwrap_or_else(|| "".into()))
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
        Some(_) => merged(maps.iter().rev().filter_map(|map| descend(map, &path, &delimiter))),
    };
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
