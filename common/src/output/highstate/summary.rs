//! The summary below a run.

use super::super::paint::{Colour, paint};
use super::super::states::{Counts, Entry};
use super::super::style::Style;
use crate::value::float_repr;

/// The longest label, `Succeeded`, with the colon and blank after it.
const LABELS: usize = 11;

/// The lines of the summary. Each entry counts as many times as it stands for entries.
pub(super) fn lines(
    host: &str,
    counts: &Counts,
    entries: &[(&Entry<'_>, usize)],
    style: &Style,
    lines: &mut Vec<String>,
) {
    let count = |result: Option<bool>| -> usize {
        let with = entries.iter().filter(|(entry, _)| entry.result == result);
        with.map(|(_, weight)| weight).sum()
    };
    let (fine, failed, dry) = (count(Some(true)), count(Some(false)), count(None));
    let total = fine + failed + dry;
    // A dry run's predicted changes count as changes too, and so do those of a state that failed.
    let changed: usize = entries.iter().map(|(entry, weight)| changes(entry, *weight)).sum();
    let digits = [fine, dry, failed, counts.warnings].map(|count| count.to_string().len());
    // Salt has no count to be wide where there are no states.
    let width = LABELS + if total == 0 { 0 } else { digits.into_iter().max().unwrap_or(1) };
    let labelled =
        |label: &str, count: &str| format!("{label}: {count:>rest$}", rest = width - label.len() - 2);
    let on = style.colour;
    let rule = "-".repeat(width);

    lines.push(paint(on, Colour::Cyan, &format!("\nSummary for {host}\n{rule}")));
    let mut details = Vec::new();
    if dry > 0 {
        details.push(paint(on, Colour::Yellow, &format!("unchanged={dry}")));
    }
    if changed > 0 {
        details.push(paint(on, Colour::Green, &format!("changed={changed}")));
    }
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    lines.push(paint(on, Colour::Green, &labelled("Succeeded", &(fine + dry).to_string())) + &details);
    let failure = if failed > 0 { Colour::Red } else { Colour::Cyan };
    lines.push(paint(on, failure, &labelled("Failed", &failed.to_string())));
    if style.states.percent && total > 0 {
        let percent = |part: usize| float_repr((ratio(part, total) * 10_000.0).round_ties_even() / 100.0);
        lines.push(paint(on, Colour::Green, &labelled("Success %", &percent(fine + dry))));
        lines.push(paint(on, failure, &labelled("Failure %", &percent(failed))));
    }
    if counts.warnings > 0 {
        lines.push(paint(on, Colour::LightRed, &labelled("Warnings", &counts.warnings.to_string())));
    }
    let text = format!("{rule}\nTotal states run: {total:>rest$}", rest = width - 7);
    lines.push(paint(on, Colour::Cyan, &text));
    if style.states.profile {
        let (time, unit) =
            if counts.duration > 999.0 { (counts.duration / 1000.0, "s") } else { (counts.duration, "ms") };
        let text = format!("Total run time: {:>rest$} {unit}", format!("{time:.3}"), rest = width - 5);
        lines.push(paint(on, Colour::Cyan, &text));
    }
}

fn changes(entry: &Entry<'_>, weight: usize) -> usize {
    match entry.changes {
        None => 0,
        Some(changes) if weight > 1 => {
            let gathered = changes.as_map().and_then(|map| crate::value::get(map, super::compress::CHANGES));
            gathered.and_then(|gathered| gathered.as_map()).map_or(1, |gathered| gathered.len().max(1))
        }
        Some(_) => 1,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of states are far below 2^53")]
fn ratio(part: usize, total: usize) -> f64 {
    part as f64 / total as f64
}
