//! The block of one state.

use super::super::lines::{fill, harmless};
use super::super::paint::{Colour, end, paint};
use super::super::states::Entry;
use super::super::style::Style;
use super::{changes, colour};

/// The block of a state, with its changes.
pub(in super::super) fn full(entry: &Entry<'_>, style: &Style) -> String {
    with(entry, style, &changes(entry, style, 0))
}

/// The block of a state, with a text for its changes.
pub(super) fn with(entry: &Entry<'_>, style: &Style, changes: &str) -> String {
    let (on, colour) = (style.colour, colour(entry));
    let mut lines = vec![paint(on, colour, "----------")];
    let mut field = |label: &str, text: &str| {
        lines.push(format!("    {}", paint(on, colour, &format!("{label:>8}: {text}"))));
    };
    let name = if style.states.by_id { entry.id } else { entry.name };
    let result = match entry.result {
        Some(true) => "True",
        Some(false) => "False",
        None => "None",
    };
    field("ID", &harmless(entry.id));
    field("Function", &format!("{}.{}", entry.state, entry.fun));
    if name != entry.id {
        field("Name", &harmless(name));
    }
    field("Result", result);
    field("Comment", &harmless(&entry.comment));
    if let Some(started) = entry.started.filter(|_| style.states.profile) {
        field("Started", &started.to_string());
        field("Duration", &entry.duration.map(|duration| format!("{duration} ms")).unwrap_or_default());
    }
    lines.push(paint(on, colour, &format!("     Changes:   {changes}")));
    if !entry.warnings.is_empty() {
        let text = fill(&harmless(&entry.warnings.join("\n")), 80, 14);
        let begin = Colour::LightRed.begin(on);
        lines.push(format!("   {begin} Warnings: {}{}", text.trim_start(), end(on)));
    }
    lines.join("\n")
}
