//! Errors of templates as diagnostics: the place, the way there, what would be right, and Salt's sentence.

use std::fmt;
use std::sync::Arc;

use minijinja::{Error, ErrorKind};

use super::engine::{Root, Template};
use super::run::{Fault, Step, Within};
use super::{filters, globals, tests};
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::functions::FunctionError;
use crate::nearest::nearest;

/// Salt's sentence for an error, carried by the engine's.
#[derive(Debug)]
pub(super) struct Sentence(pub(super) String);

/// Something that is not there, carried likewise.
#[derive(Debug)]
pub(super) struct Lack {
    /// What Jinja says of it.
    pub(super) message: String,
    /// The expression, where it can be written down.
    pub(super) expression: Option<String>,
}

/// A template that is not there, by the names that were tried.
#[derive(Debug)]
pub(super) struct MissingTemplate(pub(super) Vec<String>);

/// A syntax error in a template that another one imports.
#[derive(Debug)]
pub(super) struct Syntax {
    pub(super) message: String,
    pub(super) file: Arc<str>,
    pub(super) line: u32,
}

impl Syntax {
    pub(super) fn into_error(self) -> Error {
        Error::new(ErrorKind::SyntaxError, self.message.clone()).with_source(self)
    }
}

macro_rules! error_by_text {
    ($($type:ty => |$value:ident| $text:expr),*) => {
        $(impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self;
                f.write_str($text)
            }
        }
        impl std::error::Error for $type {})*
    };
}
error_by_text!(
    Sentence => |sentence| &sentence.0,
    Lack => |lack| &lack.message,
    MissingTemplate => |missing| &missing.0.join(", "),
    Syntax => |syntax| &syntax.message
);

/// What an error is an error of.
pub(super) struct Origin<'a> {
    pub(super) context: &'a Arc<Context>,
    pub(super) template: &'a Template<'a>,
    pub(super) root: &'a Root,
    /// The line from which on lines of the file are one further down than the engine counts, since the line of options
    /// above it was taken out.
    pub(super) moved: Option<u32>,
}

/// An error in words: what is wrong, what Salt says, and what would be right.
struct Words {
    message: String,
    sentence: String,
    help: Option<String>,
}

impl Origin<'_> {
    /// A syntax error in a file, as a diagnostic.
    pub(super) fn diagnose_syntax(&self, message: &str, file: &str, line: u32) -> Diagnostic {
        let words = syntax(message);
        self.finish(words, Some((file.into(), line)), &[])
    }

    /// An error of running the template, as a diagnostic.
    pub(super) fn diagnose(&self, fault: &Fault) -> Diagnostic {
        use std::error::Error as _;
        if let Some(found) = fault.error.source().and_then(|source| source.downcast_ref::<Syntax>()) {
            let words = syntax(&found.message);
            return self.finish(words, Some((found.file.clone(), found.line)), &fault.steps);
        }
        let words = self.explain(&fault.error);
        let place = fault.steps.first().map(|step| (step.file.clone(), step.line));
        self.finish(words, place, fault.steps.get(1..).unwrap_or_default())
    }

    fn finish(&self, words: Words, place: Option<(Arc<str>, u32)>, way: &[Step]) -> Diagnostic {
        let own = self.template.path;
        let mut diagnostic = Diagnostic::new(words.message);
        let mut sentence = words.sentence;
        if let Some((file, line)) = &place {
            let shown = self.line_in(file, *line);
            diagnostic = diagnostic.at(Place { file: file.clone(), line: shown, column: 0 });
            if **file == *own {
                diagnostic = diagnostic.with_source(self.template.text);
                let text = self.without_options();
                sentence = format!("{sentence}; line {line}{}", excerpt(&text, *line as usize));
            } else if let Ok(Some(content)) = self.context.files.read(self.template.saltenv, file) {
                diagnostic = diagnostic.with_source(&String::from_utf8_lossy(&content));
            }
        }
        for step in way {
            let line = self.line_in(&step.file, step.line);
            let note = match &step.within {
                Within::Template => format!("reached from {}:{line}", step.file),
                Within::Macro(name) => format!("reached from {}:{line}, in the macro `{name}`", step.file),
                Within::Block(name) => format!("reached from {}:{line}, in the block `{name}`", step.file),
            };
            // A circle is told once.
            if !diagnostic.notes.contains(&note) {
                diagnostic = diagnostic.note(note);
            }
        }
        if let Some(help) = words.help {
            diagnostic = diagnostic.help(help);
        }
        diagnostic.salt(match self.template.sls {
            Some(sls) => format!("Rendering SLS '{}:{sls}' failed: {sentence}", self.template.saltenv),
            None => sentence,
        })
    }

    /// A line as it is counted in the file.
    fn line_in(&self, file: &str, line: u32) -> u32 {
        let moved = *file == *self.template.path && self.moved.is_some_and(|moved| line >= moved);
        line + u32::from(moved)
    }

    /// The source as Salt shows it: without the line of options.
    fn without_options(&self) -> String {
        let text = self.template.text.replace("\r\n", "\n");
        match self.moved {
            None => text,
            Some(moved) => {
                let lines = text.split_inclusive('\n').enumerate();
                lines.filter(|(at, _)| *at + 1 != moved as usize).map(|(_, line)| line).collect()
            }
        }
    }

    fn explain(&self, error: &Error) -> Words {
        use std::error::Error as _;
        let detail = error.detail().unwrap_or_default();
        let source = error.source();
        if let Some(known) = source.and_then(|source| source.downcast_ref::<Sentence>()) {
            return Words { message: detail.into(), sentence: known.0.clone(), help: unknown_name(detail) };
        }
        if let Some(lack) = source.and_then(|source| source.downcast_ref::<Lack>()) {
            return self.lacking(lack);
        }
        if let Some(function) = source.and_then(|source| source.downcast_ref::<FunctionError>()) {
            let message = function.to_string();
            let sentence = match function {
                FunctionError::Failed { reason, .. } => {
                    format!("Problem running salt function in Jinja template: {reason}")
                }
                // Salt passes on what Python says of a call that does not fit.
                FunctionError::Arguments { reason, .. } => format!("Jinja error: {reason}"),
                FunctionError::Unknown { .. } => format!("Jinja error: {message}"),
            };
            return Words { message, sentence, help: None };
        }
        if let Some(missing) = source.and_then(|source| source.downcast_ref::<MissingTemplate>()) {
            return missing_template(missing);
        }
        if error.kind() == ErrorKind::OutOfFuel {
            return Words {
                message: "the template runs too long: it has taken more steps than any tree needs".into(),
                sentence: "Jinja error: template took too long".into(),
                help: Some("look for a loop or a macro that never ends".into()),
            };
        }
        let message = if detail.is_empty() { error.kind().to_string() } else { detail.to_owned() };
        Words { sentence: format!("Jinja error: {message}"), message, help: None }
    }

    fn lacking(&self, lack: &Lack) -> Words {
        let sentence = format!("Jinja variable {}", lack.message);
        let Some(expression) = &lack.expression else {
            return Words { message: lack.message.clone(), sentence, help: None };
        };
        let plain =
            lack.message.ends_with("is undefined") || lack.message.contains("object' has no attribute");
        let message = if plain { format!("`{expression}` is undefined") } else { lack.message.clone() };
        let help = match last_step(expression) {
            None => {
                let mut known: Vec<&str> = self.root.names().collect();
                for name in globals::names() {
                    known.push(name);
                }
                nearest(expression, known).map(|name| format!("did you mean `{name}`?"))
            }
            Some(("salt", key)) => {
                let hint = crate::functions::hint(key);
                Some(hint.unwrap_or_else(|| format!("there is no execution function '{key}'")))
            }
            Some(("pillar", key)) => {
                Some(format!("is '{key}' in this host's pillar? `pillar.get('{key}', …)` takes a default"))
            }
            Some(("loop", _)) => None,
            Some((parent, key)) => Some(format!("`{parent}.get('{key}', …)` takes a default")),
        };
        Words { message, sentence, help }
    }
}

fn syntax(message: &str) -> Words {
    let unclosed = message.starts_with("Unexpected end of template");
    let help = match unclosed {
        true => Some("an `if`, `for`, `macro` or other block that was opened has no `end…`".into()),
        false => unknown_name(message),
    };
    Words {
        message: match message
            .strip_prefix("Encountered unknown tag ")
            .and_then(|rest| rest.split('\'').nth(1))
        {
            Some(tag) => format!("there is no tag '{tag}' here: {message}"),
            None => format!("syntax error in the template: {message}"),
        },
        sentence: format!("Jinja syntax error: {message}"),
        help,
    }
}

/// The nearest known name, when the message is of a filter or a test that does not exist.
fn unknown_name(message: &str) -> Option<String> {
    let (known, rest): (Vec<&str>, _) = match message.strip_prefix("No filter named '") {
        Some(rest) => (filters::names().collect(), rest),
        None => (tests::names().collect(), message.strip_prefix("No test named '")?),
    };
    let near = nearest(rest.trim_end_matches("'."), known)?;
    Some(format!("did you mean `{near}`?"))
}

fn missing_template(missing: &MissingTemplate) -> Words {
    let (message, sentence) = match &missing.0[..] {
        [name] => (
            format!("the template \"{name}\" does not exist in this environment"),
            format!("Jinja error: {name}"),
        ),
        [] => (
            "none of the templates exist: the list of them is empty".into(),
            "Jinja error: Tried to select from an empty list of templates.".into(),
        ),
        names => {
            let names = names.join(", ");
            (
                format!("none of the templates exists in this environment: {names}"),
                format!("Jinja error: none of the templates given were found: {names}"),
            )
        }
    };
    let help = "names of templates begin at the root of the tree, or with `./` at the folder of the file that was \
                loaded last by such a name";
    Words { message, sentence, help: Some(help.into()) }
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
