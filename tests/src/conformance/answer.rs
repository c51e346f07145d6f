//! What the project answers to a call.

use std::sync::Arc;

use common::value::{Map, Value, get};
use states::compile::{self, show};
use states::context::{Context, RunState};
use states::diagnostic::Diagnostic;
use states::engine;
use states::files::Folders;
use states::functions::{self, Arguments, FunctionError};
use states::process::System;

use super::case::{Call, Case, Prepared};

/// What the project answers to one call of a case.
pub enum Answer {
    /// A value, with what differs from run to run taken out.
    Return(serde_json::Value),
    /// Errors.
    Error(Vec<Diagnostic>),
}

impl Answer {
    /// Asks.
    #[must_use]
    pub fn to(case: &Case, call: &Call) -> Self {
        let prepared = case.prepare();
        match ask(&prepared, call) {
            Err(errors) => Self::Error(errors.into_iter().map(|error| neutral(&prepared, error)).collect()),
            Ok(value) => {
                let text = prepared.neutral(&value.to_json().to_string());
                let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
                forget_times(&mut json);
                Self::Return(json)
            }
        }
    }
}

/// An error with the sandbox's name taken out of what it says Salt says.
fn neutral(prepared: &Prepared, mut error: Diagnostic) -> Diagnostic {
    error.salt = error.salt.map(|sentence| prepared.neutral(&sentence));
    error
}

fn ask(prepared: &Prepared, call: &Call) -> Result<Value, Vec<Diagnostic>> {
    let keyword = |key: &str| get(&call.keywords, key);
    let overrides = keyword("pillar").and_then(Value::as_map).cloned().unwrap_or_default();
    let asked = Arguments { positional: Vec::new(), keyword: call.keywords.clone() };
    let test = keyword("test").map_or_else(|| prepared.config.test(), Value::is_true);
    let mut pillar_context = context(prepared, prepared.config.pillar_tree(None), Map::new(), test);
    if let Some(pillarenv) = functions::pillarenv(&pillar_context, &asked) {
        pillar_context = context(prepared, prepared.config.pillar_tree(Some(&pillarenv)), Map::new(), test)
            .varied(|context| {
                drop(Arc::make_mut(&mut context.opts).insert("pillarenv".into(), pillarenv.into()))
            });
    }
    let pillar = compile::pillar::compile(&pillar_context, &overrides)?;
    let context = context(prepared, prepared.config.tree(), pillar, test);
    let context = match call.function.starts_with("state.") {
        true => functions::state_context(&context, &call.function, &asked)
            .map_err(|error| vec![Diagnostic::new(error.to_string())])?,
        false => context,
    };
    // What has errors with places is asked of the compiler itself; the rest as an operator does.
    if !call
        .keywords
        .keys()
        .all(|key| matches!(key.as_str(), Some("pillar" | "test" | "saltenv" | "pillarenv")))
    {
        return asked_by_name(&context, call);
    }
    match call.function.as_str() {
        "pillar.items" => Ok(Value::Map(context.pillar.as_ref().clone())),
        "state.show_top" => show::top(&context),
        "state.show_highstate" => show::highstate(&context),
        "state.show_lowstate" => show::lowstate(&context),
        "state.show_sls" => show::sls(&context, &call.names),
        "state.show_low_sls" => show::low_sls(&context, &call.names),
        "state.sls" => run(&context, compile::sls(&context, &call.names)),
        "state.highstate" => run(&context, compile::highstate(&context)),
        function if function.starts_with("state.") => asked_by_name(&context, call),
        function => {
            let arguments = functions::words::parse(function, &call.words);
            functions::call(&context, function, &arguments).map_err(|error| vec![diagnostic(&error)])
        }
    }
}

/// An error of a function, with what Salt says where it says the same.
fn diagnostic(error: &FunctionError) -> Diagnostic {
    let diagnostic = Diagnostic::new(error.to_string());
    match error {
        FunctionError::Failed { reason, .. } => diagnostic.salt(reason.clone()),
        _ => diagnostic,
    }
}

/// Calls a function of `state`. A list of texts is how these return errors.
fn asked_by_name(context: &Arc<Context>, call: &Call) -> Result<Value, Vec<Diagnostic>> {
    let mut arguments = Arguments { positional: call.arguments.clone(), keyword: call.keywords.clone() };
    arguments.keyword.shift_remove(&Value::from("pillar"));
    let value = functions::call(context, &call.function, &arguments)
        .map_err(|error| vec![Diagnostic::new(error.to_string())])?;
    match value.as_list() {
        Some(texts)
            if call.lists_are_errors()
                && !texts.is_empty()
                && texts.iter().all(|text| text.as_str().is_some()) =>
        {
            Err(texts.iter().map(|text| Diagnostic::new(text.to_string())).collect())
        }
        _ => Ok(value),
    }
}

fn run(
    context: &Arc<Context>,
    plan: Result<compile::Plan, Vec<Diagnostic>>,
) -> Result<Value, Vec<Diagnostic>> {
    Ok(engine::run(&plan?, context, &mut engine::Silent).to_value())
}

fn context(prepared: &Prepared, files: Folders, pillar: Map, test: bool) -> Arc<Context> {
    let mut opts = prepared.config.opts.clone();
    opts.insert("test".into(), test.into());
    Arc::new(Context {
        id: prepared.id.clone(),
        saltenv: prepared.config.saltenv().unwrap_or_else(|| "base".into()),
        grains: Arc::new(prepared.grains.clone()),
        pillar: Arc::new(pillar),
        opts: Arc::new(opts),
        files: Arc::new(files),
        processes: Arc::new(System),
        cache_dir: prepared.cache(),
        test,
        mine: None,
        run: RunState::default(),
    })
}

/// Takes process numbers and times out of the entries of a run.
fn forget_times(answer: &mut serde_json::Value) {
    for (tag, entry) in answer.as_object_mut().into_iter().flatten() {
        if !tag.contains("_|-") {
            continue;
        }
        let Some(entry) = entry.as_object_mut() else { continue };
        entry.shift_remove("start_time");
        entry.shift_remove("duration");
        if let Some(changes) = entry.get_mut("changes").and_then(serde_json::Value::as_object_mut) {
            changes.shift_remove("pid");
        }
    }
}
