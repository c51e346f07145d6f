//! The parser: libyaml's grammar, with two defects of the port kept away from the caller.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use libyaml_safer::{Encoding, Event, EventData, Parser, ScalarStyle};

use super::fault::{Fault, Mark};

/// The events of a text.
pub(super) struct Events<'a> {
    text: &'a str,
    parser: Parser<&'a mut &'a [u8]>,
    last: Mark,
    /// The bytes before what the parser was given: those of a byte order mark.
    skipped: usize,
    /// The length of the text when its last line had no newline, which the parser was then given.
    unended: Option<usize>,
    /// Whether the parser panicked.
    panicked: bool,
}

/// Calls `with` with the events of `text`; a second time when the parser panicked the first time.
pub(super) fn parse<T>(
    text: &str,
    with: impl Fn(&mut Events<'_>) -> Result<T, Box<Fault>>,
) -> Result<T, Box<Fault>> {
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let attempt = |given: &str, unended| {
        let mut bytes = given.as_bytes();
        let mut parser = Parser::new();
        // The parser takes the first byte of any character from U+F000 on for that of a byte order mark.
        if bytes.first() == Some(&0xef) && !bytes.starts_with("\u{feff}".as_bytes()) {
            parser.set_encoding(Encoding::Utf8);
        }
        parser.set_input_string(&mut bytes);
        let mut events = Events { text, parser, last: Mark::default(), skipped, unended, panicked: false };
        let result = with(&mut events);
        (result, events.panicked)
    };
    let given = &text[skipped..];
    let (result, panicked) = attempt(given, None);
    // The parser panics when the text ends inside a block scalar without a newline. With one it would read other texts
    // differently, so it does not get one at once.
    if panicked && !given.ends_with(is_break) {
        return attempt(&format!("{given}\n"), Some(text.len() + 1)).0;
    }
    result
}

/// What ends a line in YAML 1.1.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What may stand in a YAML text.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

impl Events<'_> {
    /// The next event.
    pub(super) fn next(&mut self) -> Result<Event, Box<Fault>> {
        let parsed = quietly(|| self.parser.parse());
        let mut event = match parsed {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(self.fault(&error)),
            None => {
                self.panicked = true;
                return Err(Fault::bound("invalid YAML: the text cannot be parsed", self.last)
                    .help("look for a tag (`!…`) or a bracket that is not closed"));
            }
        };
        self.last = self.mark(event.end_mark);
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

    /// A position in the text.
    pub(super) fn mark(&self, mark: libyaml_safer::Mark) -> Mark {
        let mut mark = Mark::from(mark);
        mark.index += self.skipped;
        mark
    }

    /// The first character that may not stand in the text.
    fn unprintable(&self) -> Option<Box<Fault>> {
        let (index, found) = self.text.char_indices().find(|(_, c)| !is_printable(*c))?;
        let before = &self.text[..index];
        let line_begin =
            before.rfind(is_break).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let breaks = before.matches(is_break).count() - before.matches("\r\n").count();
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mark = Mark { index, line: narrow(breaks), column: narrow(before[line_begin..].chars().count()) };
        let code = u32::from(found);
        let sentence = format!(
            "unacceptable character #x{code:04x}: control characters are not allowed\n  in \"<unicode string>\", position {index}"
        );
        Some(
            Fault::raised(sentence, mark)
                .says(format!("the control character U+{code:04X} cannot stand in YAML"))
                .help("remove it, or write it in a text in double quotes with a backslash: \"\\x07\""),
        )
    }

    fn fault(&self, error: &libyaml_safer::Error) -> Box<Fault> {
        if error.kind() == libyaml_safer::ErrorKind::Reader
            && let Some(fault) = self.unprintable()
        {
            return fault;
        }
        let problem = match error.problem() {
            // What the C library that Salt calls says of it.
            "" => "invalid YAML",
            problem => problem,
        };
        let mark = error.problem_mark().map_or(self.last, |mark| self.mark(mark));
        let mut fault = match (error.kind(), error.context(), error.context_mark()) {
            // Salt drops the context of these.
            (libyaml_safer::ErrorKind::Scanner, ..) => {
                let mut fault = Fault::new(problem, mark);
                fault.salt = problem.into();
                fault
            }
            (_, Some(context), Some(began)) => {
                Fault::within(context, self.mark(began), problem, mark).says(format!("{problem} {context}"))
            }
            _ => Fault::new(problem, mark),
        };
        if let (Some(context), Some(began)) = (error.context(), error.context_mark()) {
            let began = self.mark(began);
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
