//! `sys.*`: what functions there are.

use std::collections::BTreeSet;

use common::target::fnmatch;
use common::value::{Map, Value, map};

use super::registry::{Arguments, Function, all};
use crate::modules;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "sys.list_functions",
        doc: "The names of the execution functions.\n\nargs: modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            Ok(chosen(all().map(|function| function.name), arguments).collect::<Vec<_>>().into())
        },
    },
    Function {
        name: "sys.list_modules",
        doc: "The names of the modules of execution functions.\n\nargs: globs, by default all",
        parameters: &["args"],
        run: |_, arguments| Ok(modules_of(all().map(|function| function.name), arguments)),
    },
    Function {
        name: "sys.doc",
        doc: "What execution functions are for, by their names.\n\nargs: functions, modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            let wanted = |name: &str| chosen(std::iter::once(name), arguments).next().is_some();
            let docs = all().filter(|function| wanted(function.name));
            Ok(Value::Map(docs.map(|function| (function.name.into(), function.doc.into())).collect()))
        },
    },
    Function {
        name: "sys.argspec",
        doc: "The parameters of execution functions.\n\nargs: functions, modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            let wanted = |name: &str| chosen(std::iter::once(name), arguments).next().is_some();
            let functions = all().filter(|function| wanted(function.name));
            let specs =
                functions.map(|function| (function.name.into(), specification(function.parameters, false)));
            Ok(Value::Map(specs.collect()))
        },
    },
    Function {
        name: "sys.list_state_functions",
        doc: "The names of the state functions.\n\nargs: modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            Ok(chosen(modules::all().map(|function| function.name), arguments).collect::<Vec<_>>().into())
        },
    },
    Function {
        name: "sys.list_state_modules",
        doc: "The names of the modules of state functions.\n\nargs: globs, by default all",
        parameters: &["args"],
        run: |_, arguments| Ok(modules_of(modules::all().map(|function| function.name), arguments)),
    },
    Function {
        name: "sys.state_doc",
        doc: "What state functions are for, by their names.\n\nargs: functions, modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            let wanted = |name: &str| chosen(std::iter::once(name), arguments).next().is_some();
            let docs = modules::all().filter(|function| wanted(function.name));
            Ok(Value::Map(docs.map(|function| (function.name.into(), function.doc.into())).collect()))
        },
    },
    Function {
        name: "sys.state_argspec",
        doc: "The parameters of state functions.\n\nargs: functions, modules or globs, by default all",
        parameters: &["args"],
        run: |_, arguments| {
            let wanted = |name: &str| chosen(std::iter::once(name), arguments).next().is_some();
            let functions = modules::all().filter(|function| wanted(function.name));
            let specs = functions.map(|function| {
                (function.name.into(), specification(function.parameters(), function.swallows))
            });
            Ok(Value::Map(specs.collect()))
        },
    },
];

/// The names that the arguments ask for: functions, modules (`sys` or `sys.`, but not `sysctl`) or globs.
fn chosen<'a>(names: impl Iterator<Item = &'a str>, arguments: &Arguments) -> impl Iterator<Item = &'a str> {
    let wanted: Vec<_> =
        arguments.positional.iter().chain(arguments.keyword.values()).map(ToString::to_string).collect();
    names.filter(move |name| wanted.is_empty() || wanted.iter().any(|wanted| is_meant(name, wanted)))
}

fn is_meant(name: &str, wanted: &str) -> bool {
    if wanted.contains('*') {
        return fnmatch(name, wanted);
    }
    let module = name.split_once('.').map_or(name, |(module, _)| module);
    wanted.is_empty() || name == wanted || module == wanted.trim_end_matches('.')
}

fn modules_of<'a>(names: impl Iterator<Item = &'a str>, arguments: &Arguments) -> Value {
    let modules: BTreeSet<_> =
        names.filter_map(|name| name.split_once('.')).map(|(module, _)| module).collect();
    let wanted: Vec<_> = arguments.positional.iter().map(ToString::to_string).collect();
    let meant = |module: &&str| wanted.is_empty() || wanted.iter().any(|wanted| fnmatch(module, wanted));
    modules.into_iter().filter(meant).collect::<Vec<_>>().into()
}

/// Parameters in the shape of Salt's `argspec`. What their defaults are is said in their docs.
fn specification(parameters: &[&str], swallows: bool) -> Value {
    Value::Map(map::<&str, 4>([
        ("args", Value::List(parameters.iter().map(|name| Value::from(*name)).collect())),
        ("defaults", Value::Null),
        ("varargs", Value::Null),
        ("kwargs", if swallows { true.into() } else { Value::Null }),
    ]) as Map)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    fn call(name: &str, wanted: &[&str]) -> Value {
        let context = context(Tree::new(&[]), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
        let positional = wanted.iter().map(|wanted| Value::from(*wanted)).collect();
        functions::call(&context, name, &Arguments { positional, ..Arguments::default() }).unwrap()
    }

    #[test]
    fn names_functions() {
        let names = call("sys.list_functions", &["sys"]);
        assert!(names.as_list().unwrap().contains(&"sys.doc".into()));
        assert!(names.as_list().unwrap().iter().all(|name| name.to_string().starts_with("sys.")));
        assert_eq!(call("sys.list_functions", &["test.pi*"]).to_string(), "['test.ping']");
        assert!(call("sys.list_modules", &[]).as_list().unwrap().contains(&"cmd".into()));
        assert!(call("sys.list_state_functions", &["cmd"]).as_list().unwrap().contains(&"cmd.run".into()));
    }

    #[test]
    fn every_function_says_what_it_is_for() {
        for name in ["sys.doc", "sys.state_doc"] {
            for (function, doc) in call(name, &[]).as_map().unwrap() {
                assert!(!doc.to_string().trim().is_empty(), "{function}");
            }
        }
        let spec = call("sys.state_argspec", &["test.show_notification"]);
        let args = spec.as_map().unwrap().values().next().unwrap().traverse("args", ":").unwrap().clone();
        assert_eq!(args.to_string(), "['name', 'text']");
    }
}
