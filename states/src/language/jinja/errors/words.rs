//! Errors of Jinja and Python in words for the author of a template.

use minijinja::{Error, ErrorKind};

use super::{Aside, Located, MissingTemplate, Origin, Sentence, Words};
use crate::files::withheld;
use crate::functions::FunctionError;
use crate::language::jinja::run::Within;
use crate::language::jinja::syntax::{SyntaxError, TAGS};
use crate::language::jinja::{filters, tests};
use crate::nearest::nearest;

/// How many files of an environment a name is compared with.
const FILES: usize = 20_000;

/// A syntax error: the words, and the place.
pub(super) fn syntax(fault: &SyntaxError, file: &str) -> (Words, Located) {
    let spot = |extent: crate::language::jinja::syntax::tree::Extent| extent.spot(&fault.source);
    let mut located = Located {
        file: file.into(),
        line: fault.line,
        spot: Some(spot(fault.extent)),
        within: Within::Template,
        related: None,
    };
    let sentence = format!("Jinja syntax error: {}", fault.message);
    let unknown = fault.message.strip_prefix("Encountered unknown tag '");
    let (message, help) = if let Some(tag) = unknown.and_then(|rest| rest.split('\'').next()) {
        match (TAGS.contains(&tag), &fault.open) {
            (true, Some((open, extent))) => {
                let what = format!("the `{open}` that is still open");
                located.related = Some(Aside::new(&what, &file.into(), spot(*extent), &fault.source));
                let help = format!("close the `{open}` before it, with `{{% {} %}}`", end_of(open));
                (format!("`{{% {tag} %}}` stands in a `{open}` that it does not belong to"), Some(help))
            }
            (true, None) => (
                format!("`{{% {tag} %}}` stands where nothing is open that it belongs to"),
                Some("take it away, or open the block before it".into()),
            ),
            (false, _) => {
                let near = nearest(tag, TAGS.iter().copied());
                (format!("there is no tag '{tag}'"), near.map(|near| format!("did you mean `{near}`?")))
            }
        }
    } else if let Some((open, extent)) = &fault.open {
        located.spot = Some(spot(*extent));
        let help = format!("close it with `{{% {} %}}`", end_of(open));
        (format!("the template ends, and this `{open}` is still open"), Some(help))
    } else if let Some((message, help)) = unknown_name(&fault.message) {
        (message, help)
    } else {
        (format!("syntax error in the template: {}", plainly(&fault.message)), syntax_help(&fault.message))
    };
    (Words { message, sentence, help }, located)
}

/// The tag that ends a tag's body.
fn end_of(tag: &str) -> String {
    match tag.starts_with("load_") {
        true => "endload".into(),
        false => format!("end{}", if tag == "elif" || tag == "else" { "if" } else { tag }),
    }
}

/// Jinja's words for its tokens as they are written.
fn plainly(message: &str) -> String {
    let mut message = message.replace("expected token ", "expected ");
    for (name, written) in [
        ("end of print statement", "}}"),
        ("begin of print statement", "{{"),
        ("end of statement block", "%}"),
        ("begin of statement block", "{%"),
    ] {
        message = message.replace(name, written);
    }
    message
}

fn syntax_help(message: &str) -> Option<String> {
    let help = match message {
        _ if message.starts_with("unexpected char '\"'") || message.starts_with("unexpected char \"'\"") => {
            "the text that begins here has no closing quote"
        }
        _ if message.starts_with("unexpected char '&'") => "`and` joins conditions",
        _ if message.starts_with("unexpected char '!'") => "`not` negates a condition",
        "expected token 'end of statement block', got '='" => "`==` compares",
        "unexpected '}'" => "an expression ends with `}}`, a tag with `%}`",
        "Missing end of comment tag" => "a comment ends with `#}`",
        "Missing end of raw directive" => "close it with `{% endraw %}`",
        _ => {
            // A bracket that is closed by one of another kind.
            let open =
                message.strip_prefix("unexpected '")?.split_once("', expected '")?.1.trim_end_matches('\'');
            return Some(format!("the bracket that is open ends with `{open}`"));
        }
    };
    Some(help.into())
}

/// A filter or a test that does not exist: what to say, and the nearest one.
fn unknown_name(message: &str) -> Option<(String, Option<String>)> {
    if let Some(rest) = message.strip_prefix("No filter named '") {
        let name = rest.trim_end_matches("'.");
        let near = nearest(name, filters::names()).map(|near| format!("did you mean `{near}`?"));
        return Some((format!("there is no filter named '{name}'"), near));
    }
    let name = message.strip_prefix("No test named '")?.trim_end_matches("'.");
    let near = nearest(name, tests::names()).map(|near| format!("did you mean `is {near}`?"));
    Some((format!("there is no test named '{name}'"), near))
}

/// What would be right, of what Python says.
fn python_help(message: &str) -> Option<&'static str> {
    Some(match message {
        _ if message.ends_with("object is not iterable") => "a loop goes over a list or a map",
        _ if message.starts_with("can only concatenate")
            || message.starts_with("unsupported operand type") =>
        {
            "make both of one type with `|int` or `|string`, or join them as text with `~`"
        }
        _ if message.starts_with("macro '") && message.contains(" takes no") => {
            "give the macro a parameter for each argument, or let it use `varargs` and `kwargs`"
        }
        _ if message.starts_with("maximum recursion depth exceeded") => {
            "a macro that calls itself, or files that import each other, must come to an end"
        }
        _ if message.contains("values to unpack") => {
            "there must be as many names as values; `.items()` gives the keys and the values of a map"
        }
        _ if message.starts_with("unhashable type") => "a key of a map is text or a number",
        _ if message.starts_with("'<' not supported") || message.starts_with("'>' not supported") => {
            "make both of one type with `|int` or `|string`"
        }
        _ => return None,
    })
}

impl Origin<'_> {
    /// An error of running a template.
    pub(super) fn explain(&self, error: &Error) -> Words {
        use std::error::Error as _;
        let detail = error.detail().unwrap_or_default();
        let source = error.source();
        if let Some(known) = source.and_then(|source| source.downcast_ref::<Sentence>()) {
            let sentence = known.0.clone();
            return match unknown_name(detail) {
                Some((message, help)) => Words { message, sentence, help },
                None => Words { message: detail.into(), sentence, help: python_help(detail).map(Into::into) },
            };
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
            return self.missing_template(missing);
        }
        if error.kind() == ErrorKind::OutOfFuel {
            return Words {
                message: "the template runs too long: it has taken more steps than any tree needs".into(),
                sentence: "Jinja error: template took too long".into(),
                help: Some("look for a loop or a macro that never ends".into()),
            };
        }
        let message = if detail.is_empty() { error.kind().to_string() } else { detail.to_owned() };
        Words {
            sentence: format!("Jinja error: {message}"),
            help: python_help(&message).map(Into::into),
            message,
        }
    }

    fn missing_template(&self, missing: &MissingTemplate) -> Words {
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
        let files = self.context.files.list(self.template.saltenv).unwrap_or_default();
        let paths = files.iter().take(FILES).map(|file| &*file.path);
        let near = missing.0.first().and_then(|name| nearest(name, paths));
        let help = match near {
        _ if self.context.files.is_scoped() => withheld(&*self.context.files).unwrap_or_default().into(),
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "names of templates begin at the root of the tree, or with `./` at the folder of the file that was \
                 imported last by a name without it"
            .into(),
    };
        Words { message, sentence, help: Some(help) }
    }
}
