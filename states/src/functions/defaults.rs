//! `defaults.*`: the defaults of a formula, and putting values over them.

use std::sync::Arc;

use common::value::{Map, Value};

use super::lookup::{merge, required};
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::language::from_yaml;

/// What merging two values that are no maps says.
pub(super) const NO_MAPS: &str = "Cannot update using non-dict types in dictupdate.update()";

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "defaults.deepcopy",
        doc: "A copy of a value.\n\nsource: the value",
        parameters: &["source"],
        run: |_, arguments| Ok(arguments.get(0, "source").cloned().unwrap_or_default()),
    },
    Function {
        name: "defaults.get",
        doc: "A value of a formula's defaults.yaml or defaults.json.\n\n\
              key: the formula and the path in its defaults, such as nginx:port\n\
              default: what is returned where there is none",
        parameters: &["key", "default"],
        run: defaults_get,
    },
    Function {
        name: "defaults.merge",
        doc: "Merges a map into another. In a template, the other is changed in place.\n\n\
              dest, src: the maps\nmerge_lists: False\nin_place: True\nconvert_none: True, None is an empty map",
        parameters: &["dest", "src", "merge_lists", "in_place", "convert_none"],
        run: |_, arguments| {
            let dest = arguments.get(0, "dest").cloned().unwrap_or_default();
            let lists = arguments.get(2, "merge_lists").is_some_and(Value::is_true);
            let dest = whole(arguments, dest, "in-place merge", "defaults.merge")?;
            let src = emptied(arguments, arguments.get(1, "src").cloned().unwrap_or_default());
            merged("defaults.merge", dest, &src, lists)
        },
    },
    Function {
        name: "defaults.update",
        doc: "Puts defaults under each value of a map. In a template, the map is changed in place.\n\n\
              dest: a map of maps\ndefaults: a map\nmerge_lists: True\nin_place: True\nconvert_none: True, None is an empty map",
        parameters: &["dest", "defaults", "merge_lists", "in_place", "convert_none"],
        run: update,
    },
];

fn flag(arguments: &Arguments, position: usize, name: &str) -> bool {
    arguments.get(position, name).is_none_or(Value::is_true)
}

/// None as an empty map, if that is asked for.
fn emptied(arguments: &Arguments, value: Value) -> Value {
    if value.is_null() && flag(arguments, 4, "convert_none") { Map::new().into() } else { value }
}

fn whole(arguments: &Arguments, dest: Value, what: &str, function: &str) -> Result<Value, FunctionError> {
    if dest.is_null() && flag(arguments, 3, "in_place") {
        let reason = format!("Can't perform {what} into NoneType");
        return Err(FunctionError::Arguments { name: function.into(), reason });
    }
    Ok(emptied(arguments, dest))
}

/// One map merged into another.
pub(super) fn merged(function: &str, dest: Value, src: &Value, lists: bool) -> Result<Value, FunctionError> {
    match (dest, src) {
        (Value::Map(mut dest), Value::Map(src)) => {
            merge(&mut dest, src, lists);
            Ok(dest.into())
        }
        _ => Err(FunctionError::Arguments { name: function.into(), reason: NO_MAPS.into() }),
    }
}

fn update(_: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "defaults.update";
    let dest = arguments.get(0, "dest").cloned().unwrap_or_default();
    let dest = whole(arguments, dest, "in-place update", function)?;
    let defaults = emptied(arguments, arguments.get(1, "defaults").cloned().unwrap_or_default());
    let lists = flag(arguments, 2, "merge_lists");
    let Value::Map(nodes) = dest else {
        let kind = dest.type_name();
        let reason = format!("'{kind}' object has no attribute 'items'");
        return Err(FunctionError::Arguments { name: function.into(), reason });
    };
    let put = |(name, value): (Value, Value)| {
        Ok((name, merged(function, defaults.clone(), &emptied(arguments, value), lists)?))
    };
    Ok(Value::Map(nodes.into_iter().map(put).collect::<Result<_, _>>()?))
}

fn defaults_get(context: &Arc<Context>, arguments: &Arguments) -> Result<Value, FunctionError> {
    let function = "defaults.get";
    let key = required(arguments, 0, "key", function)?;
    let (formula, path) = key.split_once(':').map_or((&*key, None), |(formula, path)| (formula, Some(path)));
    let mut defaults = Value::Null;
    for ending in ["yaml", "json"] {
        let file = format!("{}/defaults.{ending}", formula.trim_matches('/'));
        let failed = |reason: String| FunctionError::Failed { name: function.into(), reason };
        let content =
            context.files.read(&context.saltenv, &file).map_err(|error| failed(error.to_string()))?;
        if let Some(content) = content {
            let text = String::from_utf8_lossy(&content).into_owned();
            let read = from_yaml(&text).map_err(|error| failed(format!("salt://{file}: {error}")))?;
            defaults = if read.is_true() { read } else { Map::new().into() };
            break;
        }
    }
    let Some(path) = path.filter(|path| !path.is_empty()) else { return Ok(defaults) };
    let default = || arguments.get(1, "default").cloned().unwrap_or_else(|| "".into());
    Ok(defaults.traverse(path, ":").cloned().unwrap_or_else(default))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn reads_the_defaults_of_a_formula() {
        let tree = Tree::new(&[("nginx/defaults.yaml", "port: 80\n"), ("web/defaults.json", "{\"a\": [1]}")]);
        let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let call = |key: &str| {
            let arguments =
                Arguments { positional: vec![key.into()], keyword: map([("default", "d".into())]) };
            functions::call(&context, "defaults.get", &arguments).unwrap().to_string()
        };
        assert_eq!(call("nginx:port"), "80");
        assert_eq!(call("nginx"), "{'port': 80}");
        assert_eq!(call("web:a:0"), "1");
        assert_eq!(call("web:b"), "d");
    }
}
