//! A diagnostic as text: what is wrong, the line with the marked word, other places, the way there, the cure.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Place, Severity, word};

/// The longest line that is shown whole; of a longer one the part around the marked word is.
const WIDTH: usize = 140;

/// Prints it, with how grave it is at the beginning or without.
pub(super) fn print(diagnostic: &Diagnostic, named: bool, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let level = if named { level } else { level.no_name() };
    let mut title = level.primary_title(diagnostic.message.as_str());
    if let Some(name) = diagnostic.name.as_deref().filter(|_| named) {
        title = title.id(name);
    }
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let Some(place) = &diagnostic.place {
        let said = diagnostic.label.as_deref();
        let kind = AnnotationKind::Primary;
        elements.push(shown(place, diagnostic.excerpt.as_deref(), diagnostic.width as usize, kind, said));
    }
    for related in &diagnostic.related {
        let said = Some(related.what.as_str());
        elements.push(shown(&related.place, related.excerpt.as_deref(), 0, AnnotationKind::Context, said));
    }
    elements.extend(diagnostic.notes.iter().map(|note| Level::NOTE.no_name().message(note.as_str()).into()));
    elements.extend(diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    if elements.is_empty() {
        // The printer would put a bar below a title that stands alone.
        return match (named, &diagnostic.severity) {
            (true, Severity::Error) => format!("error: {}", diagnostic.message),
            (true, Severity::Warning) => format!("warning: {}", diagnostic.message),
            (true, Severity::Note) => format!("note: {}", diagnostic.message),
            (false, _) => diagnostic.message.clone(),
        };
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let text = renderer.render(&[Group::with_title(title).elements(elements)]);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A place, with its line and what is meant of it where that is known.
fn shown<'a>(
    place: &'a Place,
    excerpt: Option<&'a str>,
    width: usize,
    kind: AnnotationKind,
    said: Option<&'a str>,
) -> Element<'a> {
    let Some(excerpt) = excerpt.map(str::trim_end).filter(|_| place.line > 0) else {
        let mut origin = Origin::path(place.file.as_ref());
        if place.line > 0 {
            origin = origin.line(place.line as usize);
            if place.column > 0 {
                origin = origin.char_column(place.column as usize);
            }
        }
        return origin.into();
    };
    let span = word::span(excerpt, place.column as usize, width);
    let annotation = kind.span(span).label(said);
    Snippet::source(excerpt)
        .path(place.file.as_ref())
        .line_start(place.line as usize)
        .annotation(annotation)
        .into()
}
