//! Errors of templates as diagnostics: the place, the way there, what would be right, and Salt's sentence.

mod lack;
mod words;

use std::fmt;
use std::sync::Arc;

use minijinja::{Error, ErrorKind};

use super::engine::{Root, Template};
use super::run::{Fault, Session, Step, Within};
use super::syntax::SyntaxError;
use super::syntax::tree::Spot;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place, Related};

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
    /// The number of the search that found nothing.
    pub(super) search: Option<u64>,
}

/// A template that is not there, by the names that were tried.
#[derive(Debug)]
pub(super) struct MissingTemplate(pub(super) Vec<String>);

/// A syntax error in a template that another one imports.
#[derive(Debug)]
pub(super) struct Syntax {
    pub(super) file: Arc<str>,
    pub(super) fault: SyntaxError,
}

impl Syntax {
    pub(super) fn into_error(self) -> Error {
        Error::new(ErrorKind::SyntaxError, self.fault.message.clone()).with_source(self)
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
    Syntax => |syntax| &syntax.fault.message
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

/// A place as the engine counts it.
struct Located {
    file: Arc<str>,
    /// The line that Jinja reports.
    line: u32,
    /// What exactly is wrong, where that is known.
    spot: Option<Spot>,
    /// What the line is a part of.
    within: Within,
    /// Another place that has to do with it, and what is there.
    related: Option<Aside>,
}

/// A second place.
struct Aside {
    what: String,
    file: Arc<str>,
    spot: Spot,
    /// Its line.
    excerpt: Option<String>,
}

impl Aside {
    fn new(what: &str, file: &Arc<str>, spot: Spot, source: &str) -> Self {
        let excerpt = crate::diagnostic::line_of(source, spot.line);
        Self { what: what.into(), file: file.clone(), spot, excerpt }
    }
}

impl Origin<'_> {
    /// A syntax error in a file, as a diagnostic.
    pub(super) fn diagnose_syntax(&self, fault: &SyntaxError, file: &str) -> Diagnostic {
        let (words, located) = words::syntax(fault, file);
        self.finish(words, Some(located), &[])
    }

    /// An error of running the template, as a diagnostic.
    pub(super) fn diagnose(&self, fault: &Fault, session: &Session) -> Diagnostic {
        use std::error::Error as _;
        let source = fault.error.source();
        if let Some(found) = source.and_then(|source| source.downcast_ref::<Syntax>()) {
            let (words, located) = words::syntax(&found.fault, &found.file);
            return self.finish(words, Some(located), &fault.steps);
        }
        let mut located = fault.steps.first().map(|step| {
            let about = fault.about.as_ref().filter(|about| about.unit.path == step.file);
            let spot = about.map(|about| about.extent.spot(&about.unit.parsed.source));
            Located {
                file: step.file.clone(),
                line: step.line,
                spot,
                within: step.within.clone(),
                related: None,
            }
        });
        let lack = source.and_then(|source| source.downcast_ref::<Lack>());
        let words = match lack {
            Some(lack) => {
                let search = lack.search.and_then(|number| session.search(number));
                if let Some((search, located)) = search.as_ref().zip(located.as_mut()) {
                    lack::locate(search, fault.about.as_ref(), located);
                }
                self.lacking(lack, search.as_ref())
            }
            None => self.explain(&fault.error),
        };
        self.finish(words, located, fault.steps.get(1..).unwrap_or_default())
    }

    fn finish(&self, words: Words, place: Option<Located>, way: &[Step]) -> Diagnostic {
        let own = self.template.path;
        let mut diagnostic = Diagnostic::new(words.message);
        let mut sentence = words.sentence;
        if let Some(Located { file, line, spot, within, related }) = place {
            let (shown, column) = spot.map_or((line, 0), |spot| (spot.line, spot.column));
            let place = Place { file: file.clone(), line: self.line_in(&file, shown), column };
            diagnostic = diagnostic.at(place).width(spot.map_or(0, |spot| spot.width));
            if *file == *own {
                diagnostic = diagnostic.with_source(self.template.text);
                let text = self.without_options();
                sentence = format!("{sentence}; line {line}{}", excerpt(&text, line as usize));
            } else if let Ok(Some(content)) = self.context.files.read(self.template.saltenv, &file) {
                diagnostic = diagnostic.with_source(&String::from_utf8_lossy(&content));
            }
            if let Some(Aside { what, file, spot, excerpt }) = related {
                let place = Place { line: self.line_in(&file, spot.line), file, column: spot.column };
                diagnostic.related.push(Related { what, place, excerpt });
            }
            match within {
                Within::Template => {}
                Within::Macro(name) => diagnostic = diagnostic.note(format!("in the macro `{name}`")),
                Within::Block(name) => diagnostic = diagnostic.note(format!("in the block `{name}`")),
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
