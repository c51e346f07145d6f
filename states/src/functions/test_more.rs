//! More of `test.*`: what shows how arguments and errors arrive.

use std::sync::atomic::Ordering;

use common::value::{Value, get, map};

use super::registry::{Arguments, Function, FunctionError};
use crate::language::hashing::digest;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "test.arg_type",
        doc: "The types of its arguments: a map of args and kwargs.",
        parameters: &["args", "kwargs"],
        run: |_, arguments| {
            let kind = |value: &Value| Value::from(format!("<class '{}'>", value.type_name()));
            let keyword = arguments.keyword.iter().map(|(name, value)| (name.clone(), kind(value)));
            Ok(map([
                ("args", Value::List(arguments.positional.iter().map(kind).collect())),
                ("kwargs", Value::Map(keyword.collect())),
            ])
            .into())
        },
    },
    Function {
        name: "test.assertion",
        doc: "Fails unless its argument is true.\n\nassertion: anything",
        parameters: &["assertion"],
        run: |_, arguments| match arguments.get(0, "assertion").is_some_and(Value::is_true) {
            true => Ok(Value::Null),
            false => Err(wrong("test.assertion", "")),
        },
    },
    Function {
        name: "test.conf_test",
        doc: "The configuration value test.foo.",
        parameters: &[],
        run: |context, _| Ok(get(&context.opts, "test.foo").cloned().unwrap_or_else(|| "".into())),
    },
    Function {
        name: "test.get_opts",
        doc: "The whole configuration.",
        parameters: &[],
        run: |context, _| Ok(Value::Map(context.opts.as_ref().clone())),
    },
    Function {
        name: "test.opts_pkg",
        doc: "The whole configuration, with the grains.",
        parameters: &[],
        run: |context, _| {
            let mut opts = context.opts.as_ref().clone();
            opts.insert("grains".into(), Value::Map(context.grains.as_ref().clone()));
            Ok(opts.into())
        },
    },
    Function {
        name: "test.outputter",
        doc: "Returns its argument.\n\ndata: anything",
        parameters: &["data"],
        run: |_, arguments| Ok(arguments.get(0, "data").cloned().unwrap_or_default()),
    },
    Function {
        name: "test.provider",
        doc: "The name of what answers for a module: its own name.\n\nmodule: the module",
        parameters: &["module"],
        run: |_, arguments| {
            let module = arguments.get(0, "module").map(ToString::to_string).unwrap_or_default();
            let known = super::all().any(|function| function.name.split('.').next() == Some(&module));
            Ok(if known { module } else { String::new() }.into())
        },
    },
    Function {
        name: "test.raise_exception",
        doc: "Fails.\n\nname: an exception of Python\nargs: what it says",
        parameters: &["name", "args"],
        run: |_, arguments| {
            let texts: Vec<_> = arguments.positional.iter().skip(1).collect();
            Err(wrong(
                "test.raise_exception",
                &match texts[..] {
                    [] => String::new(),
                    [text] => text.to_string(),
                    ref more => {
                        format!("({})", more.iter().map(|text| text.repr()).collect::<Vec<_>>().join(", "))
                    }
                },
            ))
        },
    },
    Function {
        name: "test.rand_str",
        doc: "The hash of a random number.\n\nsize: what the number is below\nhash_type: sha256",
        parameters: &["size", "hash_type"],
        run: |_, arguments| random_hash(arguments, "test.rand_str"),
    },
    Function {
        name: "test.random_hash",
        doc: "The hash of a random number.\n\nsize: what the number is below\nhash_type: sha256",
        parameters: &["size", "hash_type"],
        run: |_, arguments| random_hash(arguments, "test.random_hash"),
    },
    Function {
        name: "test.retcode",
        doc: "Returns True and lets the call end with a status.\n\ncode: the status, 42",
        parameters: &["code"],
        run: |context, arguments| {
            let code = arguments.get(0, "code").and_then(Value::as_int).unwrap_or(42);
            context.run.retcode.store(code, Ordering::Relaxed);
            Ok(true.into())
        },
    },
];

fn random_hash(arguments: &Arguments, function: &str) -> Result<Value, FunctionError> {
    let size = arguments.get(0, "size").and_then(Value::as_int).unwrap_or(9_999_999_999).max(0);
    let form = arguments
        .get(1, "hash_type")
        .filter(|form| form.is_true())
        .map_or("sha256".into(), ToString::to_string);
    let number = fastrand::i64(0..=size).to_string();
    digest(&form, number.as_bytes())
        .map(Value::from)
        .ok_or_else(|| wrong(function, &format!("module 'hashlib' has no attribute '{form}'")))
}

fn wrong(function: &str, reason: &str) -> FunctionError {
    FunctionError::Arguments { name: function.into(), reason: reason.into() }
}
