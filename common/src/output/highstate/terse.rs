//! The line of one state.

use super::super::lines::harmless;
use super::super::paint::{Colour, end, paint};
use super::super::states::Entry;
use super::super::style::{Style, Tabular};
use super::colour;
use super::format::format;
use crate::value::Value;

/// The line of a state, with its warnings above it.
pub(super) fn line(entry: &Entry<'_>, style: &Style) -> String {
    let on = style.colour;
    let result = match (entry.result, entry.changes) {
        (Some(false), _) => "Failed",
        (None, _) => "Differs",
        (_, Some(_)) => "Changed",
        _ => "Clean",
    };
    let begin = colour(entry).begin(on);
    let name = harmless(if style.states.by_id { entry.id } else { entry.name });
    let warnings = match entry.warnings.is_empty() {
        true => String::new(),
        false => paint(on, Colour::LightRed, &format!("Warnings:\n{}", harmless(&entry.warnings.join("\n")))),
    };
    let duration = entry.duration.map(ToString::to_string).unwrap_or_default();
    let started = entry.started.filter(|_| style.states.profile);
    match &style.states.tabular {
        Tabular::No => {
            let times = started.map(|started| format!(" - Started: {started} - Duration: {duration} ms"));
            format!(
                "{warnings} {begin} Name: {name} - Function: {}.{} - Result: {result}{}{}",
                entry.state,
                entry.fun,
                times.unwrap_or_default(),
                end(on)
            )
        }
        Tabular::Yes => {
            let warnings = if warnings.is_empty() { warnings } else { warnings + "\n" };
            let times = started.map(|started| format!("{started} [{duration:>7} ms] ")).unwrap_or_default();
            format!(
                "{warnings}{begin}{times}{:>10}.{:<10} {result:7}   Name: {name}{}",
                entry.state,
                entry.fun,
                end(on)
            )
        }
        Tabular::Format(text) => {
            let texts = [begin, &name, entry.state, entry.fun, result, end(on)].map(Value::from);
            let mut values = texts.to_vec();
            values.push(Value::Map(entry.raw.clone()));
            format(text, &values)
        }
    }
}
