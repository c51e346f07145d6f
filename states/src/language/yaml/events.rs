//! The parser: libyaml's grammar, with two defects of the port kept away from the caller.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use libyaml_safer::{Event, EventData, Parser, ScalarStyle};

use super::fault::{Fault, Mark};

/// The events of a text.
pub(super) struct Events<'a> {
    parser: Parser<&'a mut &'a [u8]>,
    last: Mark,
    /// The length of the text when its last line had no newline, which the parser was then given.
    unended: Option<usize>,
}

/// Calls `with` with the events of `text`.
pub(super) fn parse<T>(
    text: &str,
    with: impl FnOnce(&mut Events<'_>) -> Result<T, Box<Fault>>,
) -> Result<T, Box<Fault>> {
    // The parser panics when the text ends inside a block scalar without a newline.
    let ended;
    let (text, unended) = if text.ends_with('\n') || text.is_empty() {
        (text, None)
    } else {
        ended = format!("{text}\n");
        (ended.as_str(), Some(ended.len()))
    };
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input_string(&mut bytes);
    with(&mut Events { parser, last: Mark::default(), unended })
}

impl Events<'_> {
    /// The next event.
    pub(super) fn next(&mut self) -> Result<Event, Box<Fault>> {
        let parsed = quietly(|| self.parser.parse());
        let mut event = match parsed {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(self.fault(&error)),
            None => {
                return Err(Fault::new("invalid YAML: the text cannot be parsed", self.last)
                    .help("look for a tag (`!…`) or a bracket that is not closed"));
            }
        };
        self.last = event.end_mark.into();
        if let EventData::Scalar { value, style: ScalarStyle::Literal | ScalarStyle::Folded, .. } =
            &mut event.data
        {
            // The newline that was added is not the author's.
            if Some(self.last.index) == self.unended && value.ends_with('\n') {
                value.pop();
            }
        }
        Ok(event)
    }

    fn fault(&self, error: &libyaml_safer::Error) -> Box<Fault> {
        let problem = match error.problem() {
            // What the C library that Salt calls says of it.
            "" => "invalid YAML",
            problem => problem,
        };
        let mark = error.problem_mark().map_or(self.last, Mark::from);
        let mut fault = match (error.kind(), error.context(), error.context_mark()) {
            // Salt drops the context of these.
            (libyaml_safer::ErrorKind::Scanner, ..) => {
                let mut fault = Fault::new(problem, mark);
                fault.salt = problem.into();
                fault
            }
            (_, Some(context), Some(began)) => {
                Fault::within(context, began.into(), problem, mark).says(format!("{problem} {context}"))
            }
            _ => Fault::new(problem, mark),
        };
        if let (Some(context), Some(began)) = (error.context(), error.context_mark()) {
            let began = Mark::from(began);
            if began.line != mark.line {
                fault = fault.relates(context, began);
            }
        }
        match help(problem) {
            Some(help) => fault.help(help),
            None => fault,
        }
    }
}

fn help(problem: &str) -> Option<&'static str> {
    Some(match problem {
        "found character that cannot start any token" => {
            "indent with blanks, never with tabs, and put quotes around text that begins with `@`, `` ` `` or `%`"
        }
        "mapping values are not allowed in this context" => {
            "put quotes around text that contains `: `, or look at the indentation of this line"
        }
        "could not find expected ':'" => {
            "every line of a map needs a `:` after its key; look at the line before, too"
        }
        "did not find expected key" | "did not find expected '-' indicator" => {
            "look at the indentation: the lines of one list or map begin in the same column"
        }
        "found unexpected end of stream" => "a quote or a bracket is not closed",
        _ => return None,
    })
}

/// Runs `act`; a panic in it is `None`, and prints nothing.
fn quietly<T>(act: impl FnOnce() -> T) -> Option<T> {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(act));
    QUIET.set(false);
    result.ok()
}
