//! The engine's errors as diagnostics: the place, the way there, what would be right, and Salt's sentence.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind, Value};

use super::engine::{Root, Template};
use super::print;
use super::rewrite::IMPORTED;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::functions::FunctionError;
use crate::nearest::nearest;

/// Salt's sentence for an error, carried by the engine's.
#[derive(Debug)]
pub(super) struct Sentence(pub(super) String);

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for Sentence {}

/// Turns an error of rendering `template` into a diagnostic.
pub(super) fn diagnose(
    context: &Context,
    environment: &Environment<'_>,
    template: &Template<'_>,
    root: &Value,
    error: &Error,
) -> Diagnostic {
    let chain = chain(error);
    let cause = chain.last().copied().unwrap_or(error);
    let (message, sentence, help) = explain(cause, root, environment);
    let file: Arc<str> = cause.name().unwrap_or(template.path).into();
    let line = cause.line().unwrap_or(0);
    let place = Place { file: file.clone(), line: u32::try_from(line).unwrap_or(0), column: 0 };
    let mut diagnostic = Diagnostic::new(message).at(place);
    if *file == *template.path {
        diagnostic = diagnostic.with_source(template.text);
    } else if let Ok(Some(content)) = context.files.read(template.saltenv, &file) {
        diagnostic = diagnostic.with_source(&String::from_utf8_lossy(&content));
    }
    for step in chain.iter().rev().skip(1) {
        if let (Some(name), Some(line)) = (step.name(), step.line()) {
            diagnostic = diagnostic.note(format!("imported by {name}:{line}"));
        }
    }
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    let sentence = match (&template.sls, *file == *template.path) {
        (_, false) | (_, true) if line == 0 => sentence,
        (_, true) => format!("{sentence}; line {line}{}", excerpt(template.text, line)),
        (_, false) => sentence,
    };
    diagnostic.salt(match template.sls {
        Some(sls) => format!("Rendering SLS '{}:{sls}' failed: {sentence}", template.saltenv),
        None => sentence,
    })
}

/// The errors from the outermost to the cause.
fn chain(error: &Error) -> Vec<&Error> {
    let mut chain = vec![error];
    let mut at = error;
    while let Some(inner) = at.source().and_then(|source| source.downcast_ref::<Error>()) {
        chain.push(inner);
        at = inner;
    }
    chain
}

/// What is wrong, what Salt says, and what would be right.
fn explain(cause: &Error, root: &Value, environment: &Environment<'_>) -> (String, String, Option<String>) {
    let detail = cause.detail().unwrap_or_default();
    if let Some(known) = cause.source().and_then(|source| source.downcast_ref::<Sentence>()) {
        return (detail.into(), known.0.clone(), None);
    }
    if let Some(function) = cause.source().and_then(|source| source.downcast_ref::<FunctionError>()) {
        let message = function.to_string();
        let sentence = match function {
            FunctionError::Failed { reason, .. } => {
                format!("Problem running salt function in Jinja template: {reason}")
            }
            // Salt passes on what Python says of a call that does not fit.
            FunctionError::Arguments { reason, .. } => format!("Jinja error: {reason}"),
            FunctionError::Unknown { .. } => format!("Jinja error: {message}"),
        };
        return (message, sentence, None);
    }
    match cause.kind() {
        ErrorKind::UndefinedError => undefined(detail, root, environment),
        _ if detail.contains("` is undefined") => {
            let start = detail.find('`').unwrap_or(0);
            undefined(&detail[start..], root, environment)
        }
        ErrorKind::TemplateNotFound => {
            let name = detail.split(['"', '\'']).nth(1).unwrap_or(detail);
            (
                format!("the template \"{name}\" does not exist in this environment"),
                format!("Jinja error: {name}"),
                Some("names of templates begin at the root of the tree, or with `./` at the folder of this file".into()),
            )
        }
        ErrorKind::OutOfFuel => (
            "the template runs too long: it has taken more steps than any tree needs".into(),
            "Jinja error: template took too long".into(),
            Some("look for a loop or a macro that never ends".into()),
        ),
        ErrorKind::UnknownFilter => {
            let name = detail
                .split_whitespace()
                .find(|word| !matches!(*word, "filter" | "is" | "unknown"))
                .unwrap_or("");
            let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
            (
                format!("there is no filter named '{name}'"),
                format!("Jinja syntax error: No filter named '{name}'."),
                nearest(name, super::filters::names()).map(|name| format!("did you mean `{name}`?")),
            )
        }
        ErrorKind::UnknownTest => {
            let name = detail.split_whitespace().nth(1).unwrap_or_default();
            (
                format!("there is no test named '{name}'"),
                format!("Jinja syntax error: No test named '{name}'."),
                None,
            )
        }
        ErrorKind::UnknownMethod => {
            let (kind, method) = detail.split_once(" has no method named ").unwrap_or((detail, ""));
            let type_name = python_type(kind);
            (
                format!("'{type_name}' has no method '{method}'"),
                format!("Jinja variable '{type_name} object' has no attribute '{method}'"),
                None,
            )
        }
        ErrorKind::SyntaxError if detail.starts_with("unknown statement ") => {
            let name = detail.trim_start_matches("unknown statement ");
            (
                format!("there is no tag '{name}'"),
                format!("Jinja syntax error: Encountered unknown tag '{name}'."),
                None,
            )
        }
        ErrorKind::InvalidOperation
            if detail.starts_with("unable to calculate") && detail.ends_with("/ 0") =>
        {
            (format!("division by zero: {detail}"), "Jinja error: division by zero".into(), None)
        }
        ErrorKind::SyntaxError if detail.starts_with("unexpected end of input") => (
            format!("syntax error in the template: {detail}"),
            format!("Jinja syntax error: {detail}"),
            Some("an `if`, `for`, `macro` or other block that was opened has no `end…`".into()),
        ),
        ErrorKind::SyntaxError | ErrorKind::BadEscape => {
            (format!("syntax error in the template: {detail}"), format!("Jinja syntax error: {detail}"), None)
        }
        ErrorKind::UnknownBlock => (detail.into(), format!("Jinja syntax error: {detail}"), None),
        ErrorKind::TooManyArguments if detail.is_empty() => (
            "a macro is given more arguments than it has parameters".into(),
            "Jinja error: too many arguments".into(),
            Some("give it a parameter for each argument, or let it use `varargs` and `kwargs`".into()),
        ),
        kind => {
            let message = if detail.is_empty() { kind.to_string() } else { detail.to_owned() };
            (message.clone(), format!("Jinja error: {message}"), None)
        }
    }
}

/// `detail` is the engine's "`pillar['key']` is undefined".
fn undefined(detail: &str, root: &Value, environment: &Environment<'_>) -> (String, String, Option<String>) {
    let expression = detail.trim_start_matches('`').split('`').next().unwrap_or_default();
    if expression.is_empty() {
        return ("a value is undefined".into(), "Jinja variable is undefined".into(), None);
    }
    // What is taken out of a module is known by its own name.
    let imported = expression.strip_prefix(IMPORTED).and_then(|rest| rest.strip_prefix('.'));
    let expression = imported.unwrap_or(expression);
    let message = format!("`{expression}` is undefined");
    match last_step(expression) {
        None => {
            let sentence = format!("Jinja variable '{expression}' is undefined");
            let known = root.downcast_object_ref::<Root>();
            let near = known.and_then(|root| nearest(expression, root.names()));
            (message, sentence, near.map(|name| format!("did you mean `{name}`?")))
        }
        Some((parent, key)) => {
            let sentence = match parent {
                "salt" => format!(
                    "Jinja variable 'salt.utils.templates.AliasedLoader object' has no attribute '{key}'"
                ),
                parent => {
                    let found = environment
                        .compile_expression(parent)
                        .and_then(|expression| expression.eval(root.clone()));
                    lacks(found.ok(), key)
                }
            };
            let help = match parent {
                "salt" => crate::functions::hint(key)
                    .unwrap_or_else(|| format!("there is no execution function '{key}'")),
                "pillar" => {
                    format!("is '{key}' in this host's pillar? `pillar.get('{key}', …)` takes a default")
                }
                parent => format!("`{parent}.get('{key}', …)` takes a default"),
            };
            (message, sentence, Some(help))
        }
    }
}

/// Python's name for what the engine calls `kind`.
fn python_type(kind: &str) -> &str {
    match kind {
        "string" => "str",
        "sequence" | "iterator" => "list",
        "map" => "dict",
        "number" => "int",
        "none" => "NoneType",
        "bytes" => "bytes",
        "bool" => "bool",
        other => other,
    }
}

/// Salt's sentence for a value that lacks a key. A value that cannot be found again is taken for a dict.
fn lacks(parent: Option<Value>, key: &str) -> String {
    let Some(parent) = parent else {
        return format!("Jinja variable 'dict object' has no attribute '{key}'");
    };
    if parent.is_none() {
        return format!("Jinja variable 'None' has no attribute '{key}'");
    }
    let type_name = print::type_name(&parent);
    if matches!(type_name, "list" | "tuple" | "str") && key.parse::<i64>().is_ok() {
        return format!("Jinja variable {type_name} object has no element {key}");
    }
    format!("Jinja variable '{type_name} object' has no attribute '{key}'")
}

/// Splits `a['b']` and `a.b` into the value and its key.
fn last_step(expression: &str) -> Option<(&str, &str)> {
    if let Some(inner) = expression.strip_suffix(']') {
        let (parent, key) = inner.rsplit_once('[')?;
        return Some((parent, key.trim_matches(['\'', '"'])));
    }
    let (parent, key) = expression.rsplit_once('.')?;
    (!parent.is_empty()).then_some((parent, key))
}

/// The lines around an error, as Salt appends them.
fn excerpt(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let first = line.saturating_sub(6);
    let last = (line + 5).min(lines.len());
    let mut out = String::from("\n\n---\n");
    if first > 0 {
        out.push_str("[...]\n");
    }
    for (at, content) in lines.iter().enumerate().take(last).skip(first) {
        out.push_str(content);
        if at + 1 == line {
            out.push_str("    <======================");
        }
        out.push('\n');
    }
    if last < lines.len() {
        out.push_str("[...]\n");
    }
    out.push_str("---");
    out
}
