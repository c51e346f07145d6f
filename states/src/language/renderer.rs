//! The renderer line: `#!jinja|yaml`.

use common::value::Value;

use super::node::{Kind, Node};
use super::origin::Origin;
use super::{Source, foreign, plain, yaml};
use crate::diagnostic::{Diagnostic, Place, Related, line_of};
use crate::nearest::nearest;

/// One step of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renderer {
    /// Jinja.
    Jinja,
    /// YAML 1.1.
    Yaml,
    /// JSON.
    Json,
    /// Nothing: the file is text.
    Text,
}

static KNOWN: &[(&str, &[Renderer])] = &[
    ("jinja", &[Renderer::Jinja]),
    ("json", &[Renderer::Json]),
    ("text", &[Renderer::Text]),
    ("yaml", &[Renderer::Yaml]),
    ("yaml_jinja", &[Renderer::Jinja, Renderer::Yaml]),
    ("json_jinja", &[Renderer::Jinja, Renderer::Json]),
];

/// What an SLS is rendered with unless it says so itself.
pub(super) const DEFAULT: &str = "jinja|yaml";

/// Salt's sentence for a file that renders to text, behind the file's name.
pub(crate) const NO_DATA: &str = "does not render to a dictionary";

/// The pipe of an SLS, which ends with what makes data. A file that does not ask for one goes through `usual`, which is what
/// the configuration's `renderer` says.
pub(super) fn pipe(source: &Source, usual: Option<&str>) -> Result<Vec<Renderer>, Diagnostic> {
    let pipe = pipe_or(source, usual.unwrap_or(DEFAULT))?;
    match pipe.last() {
        Some(Renderer::Jinja) => {
            let first = source.text.lines().next().unwrap_or_default();
            let message = format!("the renderer line `{first}` ends with jinja, which makes text");
            Err(at_first_line(source, first, message)
                .help("say what reads it, as in `#!jinja|yaml`")
                .salt(NO_DATA))
        }
        _ => Ok(pipe),
    }
}

/// The pipe that a file asks for in its first line, or another.
///
/// Salt renders a file with an unknown renderer to nothing, silently; here it is an error.
pub(super) fn pipe_or(source: &Source, default: &str) -> Result<Vec<Renderer>, Diagnostic> {
    let first = source.text.lines().next().unwrap_or_default();
    let line = match first.strip_prefix("#!") {
        Some(line) if !line.starts_with('/') => line,
        _ => default,
    };
    let mut pipe = Vec::new();
    for step in line.split('|') {
        // What follows the name is its arguments.
        let (name, option) = step.trim().split_once(char::is_whitespace).unwrap_or((step.trim(), ""));
        if name.is_empty() && line.contains('|') {
            let message = format!("the renderer line `{first}` has nothing on one side of its `|`");
            return Err(at_first_line(source, first, message).help("write `#!jinja|yaml`"));
        }
        match KNOWN.iter().find(|(known, _)| *known == name) {
            // `-s` is what happens anyway.
            Some(("jinja", _)) if !matches!(option.trim(), "" | "-s") => {
                let message = format!("the renderer jinja has no option `{}`", option.trim());
                let sentence = format!("Unknown renderer option: {}", option.trim());
                return Err(at_first_line(source, first, message)
                    .help("write `#!jinja|yaml`")
                    .salt(sentence));
            }
            Some((_, renderers)) => pipe.extend_from_slice(renderers),
            None if name.is_empty() => {}
            None => return Err(unknown(source, first, name)),
        }
    }
    let wrong = match &pipe[..] {
        [] => Some("names no renderer"),
        [middle @ .., _] if middle.iter().any(|step| *step != Renderer::Jinja) => {
            Some("reads data in the middle: only the last renderer makes data")
        }
        _ => None,
    };
    match wrong {
        Some(wrong) => Err(at_first_line(source, first, format!("the renderer line `{first}` {wrong}"))),
        None => Ok(pipe),
    }
}

fn unknown(source: &Source, first: &str, name: &str) -> Diagnostic {
    let diagnostic = at_first_line(source, first, format!("there is no renderer '{name}'"));
    if let Some(cure) = foreign::cure(name) {
        let message = format!("Salt's renderer '{name}' is not built here");
        return Diagnostic { message, ..diagnostic }.help(cure);
    }
    match nearest(name, KNOWN.iter().map(|(known, _)| *known)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(
            "the renderers are jinja, yaml, json and text; `#!/…` on the first line is no renderer line",
        ),
    }
}

fn at_first_line(source: &Source, first: &str, message: String) -> Diagnostic {
    let place = Place { file: source.path.clone(), line: 1, column: 1 };
    Diagnostic::new(message).at(place).with_source(first)
}

/// Reads JSON. Its values have no lines of their own.
pub(super) fn json(source: &Source, text: &str, origin: &Origin<'_>) -> Result<Node, Diagnostic> {
    // The renderer line is no JSON.
    let body = if text.starts_with("#!") { text.split_once('\n').map_or("", |(_, body)| body) } else { text };
    if body.trim().is_empty() {
        return Ok(Node { kind: Kind::Scalar(Value::Null), place: origin.beginning() });
    }
    let skipped = text[..text.len() - body.len()].matches('\n').count();
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(json) => Ok(locate(&Value::from(json), &origin.beginning())),
        Err(error) => {
            let row = error.line().saturating_sub(1) + skipped;
            let begin = line_begin(text, row);
            let mark = yaml::Mark {
                index: begin + error.column().saturating_sub(1),
                line: u32::try_from(row).unwrap_or(u32::MAX),
                column: u32::try_from(error.column().saturating_sub(1)).unwrap_or(0),
            };
            let place = origin.place(mark);
            // The place says where.
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            Err(Diagnostic::new(format!("invalid JSON: {said}")).at(place).with_source(&source.text))
        }
    }
}

fn line_begin(text: &str, row: usize) -> usize {
    text.split_inclusive('\n').take(row).map(str::len).sum()
}

/// A value all of whose parts are at one place.
fn locate(value: &Value, place: &Place) -> Node {
    let part = |value: &Value| std::sync::Arc::new(locate(value, place));
    let kind = match value {
        Value::List(items) => Kind::List(items.iter().map(part).collect()),
        Value::Map(map) => Kind::Map(map.iter().map(|(key, value)| (part(key), part(value))).collect()),
        scalar => Kind::Scalar(scalar.clone()),
    };
    Node { kind, place: place.clone() }
}

/// A fault in the YAML of an SLS; `text` is what was read, the file itself or what its template made.
pub(super) fn yaml_fault(
    source: &Source,
    text: &str,
    fault: &yaml::Fault,
    origin: &Origin<'_>,
) -> Diagnostic {
    let (message, own_help) = match fault.mark {
        Some(mark) => plain::say(&fault.message, text, mark),
        None => (fault.message.clone(), None),
    };
    let mut diagnostic = Diagnostic::new(message);
    let mut first = None;
    if let Some(mark) = fault.mark {
        // Behind the last line there is nothing to see.
        let at_end = text.get(mark.index..).is_none_or(|rest| rest.trim().is_empty());
        let mark = if at_end { plain::end_of(text) } else { mark };
        let place = origin.place(mark);
        let own = place.file == source.path;
        first = Some(place.clone());
        diagnostic = diagnostic.at(place);
        if own {
            diagnostic = diagnostic.with_source(&source.text);
        }
        if at_end {
            diagnostic = plain::ends_here(diagnostic);
        }
        diagnostic.related.extend(after_jinja(source, text, mark, diagnostic.excerpt.as_deref()));
    }
    if let Some((what, mark)) = fault.related {
        let place = origin.place(mark);
        let what = plain::second(what);
        let rendered = after_jinja(source, text, mark, None).filter(|_| first.as_ref() == Some(&place));
        diagnostic.related.push(match rendered {
            // Two turns of a loop stand on one line of the template.
            Some(related) => Related { what: what.into(), ..related },
            None => {
                let excerpt =
                    (place.file == source.path).then(|| line_of(&source.text, place.line)).flatten();
                Related { what: what.into(), place, excerpt }
            }
        });
    }
    if let Some(help) = own_help.or_else(|| fault.help.clone()) {
        diagnostic = diagnostic.help(help);
    }
    let (saltenv, sls, sentence) = (&source.saltenv, &source.sls, &fault.salt);
    match (sentence.is_empty(), fault.uncaught) {
        (true, _) => diagnostic,
        (false, true) => diagnostic.salt(format!("Rendering SLS {sls} failed, render error: {sentence}")),
        (false, false) => diagnostic.salt(format!("Rendering SLS '{saltenv}:{sls}' failed: {sentence}")),
    }
}

/// The line as YAML saw it, where Jinja made another of it.
fn after_jinja(source: &Source, text: &str, mark: yaml::Mark, excerpt: Option<&str>) -> Option<Related> {
    if text == &*source.text {
        return None;
    }
    let line = line_of(text, mark.line + 1)?;
    if line.trim().is_empty() || excerpt.is_some_and(|excerpt| excerpt.trim() == line.trim()) {
        return None;
    }
    let file = format!("{} after Jinja", source.path).into();
    let place = Place { file, line: mark.line + 1, column: mark.column + 1 };
    Some(Related { what: "what YAML reads here".into(), place, excerpt: Some(line) })
}
