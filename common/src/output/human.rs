//! The default for state runs: what changed, what failed and what warned, in full; then one line for the host.

use super::Style;
use super::highstate::block;
use super::paint::{Colour, paint, plain};
use super::states::{Counts, entries};
use crate::value::Value;

/// One host's run, or its compile errors.
pub(super) fn render(host: &str, value: &Value, style: &Style) -> String {
    match value {
        Value::Map(map) => {
            let entries = entries(map);
            let mut lines = Vec::new();
            for entry in &entries {
                let clean =
                    entry.result == Some(true) && entry.changes.is_none() && entry.warnings.is_empty();
                if style.verbose || !clean {
                    lines.push(block::full(entry, style));
                }
            }
            if !lines.is_empty() {
                lines.insert(0, format!("{host}:"));
                lines.push("----------".into());
            }
            lines.push(summary(host, &Counts::of_entries(&entries), style));
            lines.join("\n") + "\n"
        }
        Value::List(errors) => {
            let headline = format!("{host}: does not compile; nothing was changed");
            let mut lines = vec![paint(style.colour, Colour::Red, &headline)];
            for error in errors {
                lines.extend(error.to_string().lines().map(|line| format!("    {}", plain(line))));
            }
            lines.join("\n") + "\n"
        }
        value => format!("{host}: {}\n", plain(&value.to_string())),
    }
}

/// `fp-1: 60 states in 1.20 s: 57 unchanged, 2 changed, 1 failed`
fn summary(host: &str, counts: &Counts, style: &Style) -> String {
    let total = counts.total();
    if total == 0 {
        return format!("{host}: no states");
    }
    let parts = [
        (counts.unchanged, "unchanged", Colour::Green),
        (counts.changed, "changed", Colour::Cyan),
        (counts.would_change, "would change", Colour::Yellow),
        (counts.failed, "failed", Colour::Red),
        (counts.warnings, "with warnings", Colour::Yellow),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, label, colour)| paint(style.colour, colour, &format!("{count} {label}")))
        .collect();
    let states = if total == 1 { "state" } else { "states" };
    format!("{host}: {total} {states} in {:.2} s: {}", counts.duration / 1000.0, parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::states::samples;
    use super::*;
    use crate::value::Map;

    #[test]
    fn shows_what_matters_then_one_line() {
        let text = render("fp-1", &samples::run(), &Style::default());
        assert!(text.starts_with("fp-1:\n----------\n          ID: c\n"), "{text}");
        assert!(!text.contains("ID: b"), "{text}");
        let last = "fp-1: 4 states in 0.00 s: 1 unchanged, 2 changed, 1 failed, 1 with warnings\n";
        assert!(text.ends_with(last), "{text}");
        let all = render("fp-1", &samples::run(), &Style { verbose: true, ..Style::default() });
        assert!(all.contains("ID: b"), "{all}");
    }

    #[test]
    fn a_calm_host_is_one_line() {
        let text = render("fp-1", &samples::calm(), &Style::default());
        assert_eq!(text, "fp-1: 2 states in 0.00 s: 2 unchanged\n");
        assert_eq!(render("fp-1", &Value::Map(Map::new()), &Style::default()), "fp-1: no states\n");
    }

    #[test]
    fn a_dry_run_says_would() {
        let text = render("fp-1", &samples::dry(), &Style::default());
        assert!(text.ends_with("fp-1: 1 state in 0.00 s: 1 would change\n"), "{text}");
    }

    #[test]
    fn errors_keep_their_lines() {
        let errors = Value::from(vec!["bad\n  --> a.sls:1"]);
        let text = render("fp-1", &errors, &Style::default());
        assert_eq!(text, "fp-1: does not compile; nothing was changed\n    bad\n      --> a.sls:1\n");
    }
}
