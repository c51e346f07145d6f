//! Compiling and running, and the shape in which the outcome is returned.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::value::{Map, Value};

use super::super::lookup::required;
use super::super::registry::{Arguments, FunctionError};
use super::request::{context as asked, excludes, mods, some_mods, wrong};
use crate::compile::{self, Chunk, NO_TOP_MATCH, Plan};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::{engine, modules};

/// What a program exits with whose one call was a state run of which a state failed.
const STATE_FAILED: i64 = 2;
/// The same for a tree that does not compile.
const NOT_COMPILED: i64 = 1;

type Outcome = Result<Value, FunctionError>;

pub(super) fn apply(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    if mods(arguments, 0).is_empty() {
        highstate(context, function, arguments)
    } else {
        sls(context, function, arguments)
    }
}

pub(super) fn sls(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let names = some_mods(arguments, 0, function)?;
    let run = asked(context, function, arguments)?;
    let compiled = compile::sls_without(&run, &names, &excludes(arguments));
    Ok(finish(context, &run, compiled))
}

pub(super) fn highstate(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let run = asked(context, function, arguments)?;
    Ok(match compile::highstate_without(&run, &excludes(arguments)) {
        Err(errors) if matches!(&errors[..], [only] if only.salt.as_deref() == Some(NO_TOP_MATCH)) => {
            context.run.retcode.store(STATE_FAILED, Ordering::Relaxed);
            nothing_matched(&errors[0])
        }
        compiled => finish(context, &run, compiled),
    })
}

pub(super) fn sls_id(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let id = required(arguments, 0, "id", function)?;
    let names = some_mods(arguments, 1, function)?;
    let run = asked(context, function, arguments)?;
    let plan = match compile::sls(&run, &names) {
        Ok(plan) => plan,
        Err(errors) => return Ok(not_compiled(context, &errors)),
    };
    let indices: Vec<usize> = (0..plan.chunks.len()).filter(|index| plan.chunks[*index].id == id).collect();
    if indices.is_empty() {
        return Err(FunctionError::Failed {
            name: function.into(),
            reason: format!(
                "No matches for ID '{id}' found in SLS '{}' within saltenv '{}'",
                names.join(","),
                run.saltenv
            ),
        });
    }
    Ok(reported(context, &engine::run_only(&plan, &run, &indices)))
}

pub(super) fn single(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let run = asked(context, function, arguments)?;
    let fun = required(arguments, 0, "fun", function)?;
    let name = required(arguments, 1, "name", function)?;
    let own =
        |key: &Value| !matches!(key.as_str(), Some("fun" | "name" | "test" | "queue" | "pillar" | "saltenv"));
    let arguments = arguments.keyword.iter().filter(|(key, _)| own(key));
    let arguments = arguments.map(|(key, value)| (key.clone(), value.clone())).collect();
    let chunk = loose_chunk(&run, function, &fun, &name, arguments)?;
    Ok(finish(context, &run, Ok(Plan { chunks: vec![chunk], ..Plan::default() })))
}

/// A chunk that stands in no SLS.
pub(super) fn loose_chunk(
    run: &Context,
    function: &str,
    fun: &str,
    name: &str,
    arguments: Map,
) -> Result<Chunk, FunctionError> {
    let known = modules::find(fun).and_then(|_| fun.split_once('.'));
    let Some((module, state_function)) = known else {
        let near = crate::nearest::nearest(fun, modules::all().map(|known| known.name));
        let hint = near.map(|near| format!(": did you mean '{near}'?")).unwrap_or_default();
        return Err(wrong(function, format!("Specified state '{fun}' was not found{hint}")));
    };
    Ok(Chunk {
        state: module.into(),
        fun: state_function.into(),
        id: name.into(),
        name: name.into(),
        sls: String::new(),
        saltenv: run.saltenv.clone(),
        order: Value::Int(0),
        arguments,
        requisites: Vec::new(),
        place: None,
    })
}

pub(super) fn exists(context: &Arc<Context>, function: &str, arguments: &Arguments) -> Outcome {
    let names = some_mods(arguments, 0, function)?;
    let run = asked(context, function, arguments)?;
    Ok(compile::show::sls(&run, &names).is_ok().into())
}

pub(super) fn shown(
    context: &Arc<Context>,
    function: &str,
    arguments: &Arguments,
    show: impl FnOnce(&Arc<Context>) -> Result<Value, Vec<Diagnostic>>,
) -> Outcome {
    let run = asked(context, function, arguments)?;
    Ok(show(&run).unwrap_or_else(|errors| not_compiled(context, &errors)))
}

pub(super) fn shown_sls(
    context: &Arc<Context>,
    function: &str,
    arguments: &Arguments,
    show: impl FnOnce(&Arc<Context>, &[String]) -> Result<Value, Vec<Diagnostic>>,
) -> Outcome {
    let names = some_mods(arguments, 0, function)?;
    shown(context, function, arguments, |run| show(run, &names))
}

/// Runs what was compiled and says how it went.
pub(super) fn finish(
    context: &Arc<Context>,
    run: &Arc<Context>,
    compiled: Result<Plan, Vec<Diagnostic>>,
) -> Value {
    match compiled {
        Ok(plan) => reported(context, &engine::run(&plan, run, &mut engine::Silent)),
        Err(errors) => not_compiled(context, &errors),
    }
}

/// A report as Salt returns it; whether a state failed is noted for the exit code.
fn reported(context: &Context, report: &engine::Report) -> Value {
    let retcode = if report.succeeded() { 0 } else { STATE_FAILED };
    context.run.retcode.store(retcode, Ordering::Relaxed);
    report.to_value()
}

/// A tree that does not compile: a list of texts, which is how Salt tells it from a report. Each text ends with the
/// sentence of real Salt, where there is one that scripts may look for.
pub(super) fn not_compiled(context: &Context, errors: &[Diagnostic]) -> Value {
    context.run.retcode.store(NOT_COMPILED, Ordering::Relaxed);
    let text = |error: &Diagnostic| {
        let text = error.to_string();
        match &error.salt {
            Some(sentence) if !text.contains(sentence.as_str()) => format!("{text}\n   = salt: {sentence}"),
            _ => text,
        }
    };
    errors.iter().map(text).collect::<Vec<_>>().into()
}

/// The one failed entry that Salt returns for a host that the top file gives nothing.
fn nothing_matched(error: &Diagnostic) -> Value {
    let mut entry = common::value::map([
        ("result", false.into()),
        ("comment", error.salt.clone().into()),
        ("name", "No States".into()),
        ("changes", Map::new().into()),
        ("__run_num__", 0.into()),
    ]);
    if let Some(help) = &error.help {
        entry.insert("warnings".into(), vec![format!("{}: {help}", error.message)].into());
    }
    Value::Map(common::value::map([("no_|-states_|-states_|-None", entry.into())]))
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;
    use crate::functions;
    use crate::testing::{Book, Tree, context, output};

    const TREE: &[(&str, &str)] = &[
        ("top.sls", "base:\n  '*': [web]\n"),
        (
            "web.sls",
            "a:\n  test.succeed_with_changes:\n    - comment: {{ pillar.get('x', 'none') }}\nb:\n  test.nop:\n    - watch:\n      \
             - test: a\n",
        ),
        ("broken.sls", "a:\n  test.nope: []\n"),
        ("bad.sls", "a:\n  test.fail_without_changes\n"),
    ];

    fn host(tree: &[(&str, &str)]) -> Arc<Context> {
        context(Tree::new(tree), Arc::new(Book::new(|_| output(0, ""))), Map::new(), false)
    }

    fn call(context: &Arc<Context>, name: &str, positional: &[&str], keyword: Map) -> Outcome {
        let positional = positional.iter().map(|text| Value::from(*text)).collect();
        functions::call(context, name, &Arguments { positional, keyword })
    }

    fn result<'a>(report: &'a Value, tag: &str) -> &'a Value {
        report.traverse(tag, ":").unwrap().traverse("result", ":").unwrap()
    }

    #[test]
    fn applies_a_tree() {
        let context = host(TREE);
        for (name, mods) in [("state.apply", &[][..]), ("state.highstate", &[]), ("state.sls", &["web"])] {
            let report = call(&context, name, mods, Map::new()).unwrap();
            assert_eq!(report.as_map().unwrap().len(), 2, "{name}");
            assert_eq!(result(&report, "test_|-b_|-b_|-nop"), &Value::Bool(true));
            let comment = report.traverse("test_|-b_|-b_|-nop:comment", ":").unwrap();
            assert_eq!(comment, &"Watch statement fired.".into());
        }
        let report = call(&context, "state.test", &["web"], Map::new()).unwrap();
        assert_eq!(result(&report, "test_|-a_|-a_|-succeed_with_changes"), &Value::Null);
    }

    #[test]
    fn takes_pillar_and_test() {
        let context = host(TREE);
        let keyword = map([("pillar", map([("x", "given".into())]).into()), ("test", false.into())]);
        let report = call(&context, "state.apply", &["web"], keyword).unwrap();
        let comment = report.traverse("test_|-a_|-a_|-succeed_with_changes:comment", ":").unwrap();
        assert_eq!(comment, &"given".into());
        assert!(call(&context, "state.apply", &["web"], map([("pillar", "x".into())])).is_err());
    }

    #[test]
    fn a_tree_that_does_not_compile_is_a_list() {
        let context = host(TREE);
        let errors = call(&context, "state.apply", &["broken"], Map::new()).unwrap();
        assert!(errors.as_list().unwrap()[0].to_string().contains("test.nope"), "{errors}");
        assert_eq!(context.run.retcode.load(Ordering::Relaxed), NOT_COMPILED);
        call(&context, "state.apply", &["bad"], Map::new()).unwrap();
        assert_eq!(context.run.retcode.load(Ordering::Relaxed), STATE_FAILED);
        assert_eq!(call(&context, "state.sls_exists", &["nowhere"], Map::new()).unwrap(), false.into());
        assert_eq!(call(&context, "state.sls_exists", &["bad"], Map::new()).unwrap(), true.into());
    }

    #[test]
    fn a_host_without_states_gets_salts_entry() {
        let report =
            call(&host(&[("top.sls", "base:\n  'cm-*': [web]\n")]), "state.highstate", &[], Map::new());
        let report = report.unwrap();
        assert_eq!(result(&report, "no_|-states_|-states_|-None"), &Value::Bool(false));
    }

    #[test]
    fn runs_one_state() {
        let context = host(TREE);
        let keyword = map([("comment", "mine".into())]);
        let report = call(&context, "state.single", &["test.succeed_without_changes", "x"], keyword).unwrap();
        assert_eq!(
            report.traverse("test_|-x_|-x_|-succeed_without_changes:comment", ":"),
            Some(&"mine".into())
        );
        let error = call(&context, "state.single", &["test.nob", "x"], Map::new()).unwrap_err().to_string();
        assert!(error.contains("did you mean 'test.nop'"), "{error}");
        let report = call(&context, "state.sls_id", &["b", "web"], Map::new()).unwrap();
        assert_eq!(report.as_map().unwrap().len(), 2, "what it watches is run before it");
        assert!(call(&context, "state.sls_id", &["z", "web"], Map::new()).is_err());
    }

    #[test]
    fn runs_what_stands_in_no_file() {
        let context = host(TREE);
        let text = "b:\n  test.nop: []\na:\n  test.succeed_with_changes:\n    - require: [{test: b}]\n";
        let report = call(&context, "state.template_str", &[text], Map::new()).unwrap();
        assert_eq!(report.traverse("test_|-a_|-a_|-succeed_with_changes:__run_num__", ":"), Some(&1.into()));
        assert_eq!(report.traverse("test_|-b_|-b_|-nop:__sls__", ":"), Some(&Value::Null));
        let errors = call(&context, "state.template_str", &["include: [web]\n"], Map::new()).unwrap();
        let sentence =
            "The 'include' declaration found on '<template-str>' is invalid when rendering single templates";
        assert!(errors.as_list().unwrap()[0].to_string().contains(sentence), "{errors}");

        let low = map([("state", "test".into()), ("fun", "nop".into()), ("name", "x".into())]);
        let entry = call(&context, "state.low", &[], map([("data", low.into())])).unwrap();
        assert_eq!(entry.traverse("comment", ":"), Some(&"Success!".into()));
        let error = call(&context, "state.low", &[], map([("data", Map::new().into())])).unwrap_err();
        assert!(error.to_string().contains("Missing \"name\" data"), "{error}");
    }

    #[test]
    fn shows() {
        let context = host(TREE);
        let top = call(&context, "state.show_top", &[], Map::new()).unwrap();
        assert_eq!(top.to_string(), "{'base': ['web']}");
        let low = call(&context, "state.show_low_sls", &["web"], Map::new()).unwrap();
        assert_eq!(low.as_list().unwrap().len(), 2);
        assert_eq!(call(&context, "state.show_lowstate", &[], Map::new()).unwrap(), low);
        let high = call(&context, "state.show_sls", &["web"], Map::new()).unwrap();
        assert!(high.traverse("a:test", ":").is_some());
        assert!(call(&context, "state.show_sls", &[], Map::new()).is_err());
    }
}
