//! Salt's `highstate`: every state of a run, and a summary.

use super::Style;
use super::nested;
use super::paint::{Colour, paint, plain};
use super::states::{Counts, Entry, entries};
use crate::value::Value;

/// The longest label of the summary, `Succeeded`, with the colon and blank after it.
const LABELS: usize = 11;

/// One host's run, or its compile errors.
pub(super) fn render(host: &str, value: &Value, style: Style) -> String {
    let mut lines = Vec::new();
    let colour = match value {
        Value::Map(map) => {
            let entries = entries(map);
            for entry in &entries {
                state(entry, style, &mut lines);
            }
            summary(host, &Counts::of_entries(&entries), &entries, style, &mut lines);
            entries.iter().map(colour).fold(Colour::Green, worse)
        }
        Value::List(errors) => {
            lines.push(format!("    {}", paint(style.colour, Colour::Red, "Data failed to compile:")));
            for error in errors {
                let text = error.to_string().lines().map(plain).collect::<Vec<_>>().join("\n");
                lines.push(paint(style.colour, Colour::Red, &format!("----------\n    {text}")));
            }
            Colour::Red
        }
        value => {
            lines.extend(value.to_string().lines().map(|line| format!("    {}", plain(line))));
            Colour::Cyan
        }
    };
    format!("{}\n{}\n", paint(style.colour, colour, &format!("{host}:")), lines.join("\n"))
}

/// The block of one state.
pub(super) fn state(entry: &Entry<'_>, style: Style, lines: &mut Vec<String>) {
    let colour = colour(entry);
    lines.push(paint(style.colour, colour, "----------"));
    let mut field = |label: &str, text: &str| {
        let line = paint(style.colour, colour, &format!("{label:>8}: {text}"));
        lines.push(format!("    {line}"));
    };
    let comment: Vec<_> = entry.comment.trim().lines().map(plain).collect();
    let result = match entry.result {
        Some(true) => "True",
        Some(false) => "False",
        None => "None",
    };
    field("ID", entry.id);
    field("Function", &format!("{}.{}", entry.state, entry.fun));
    if entry.name != entry.id {
        field("Name", entry.name);
    }
    field("Result", result);
    field("Comment", &comment.join("\n              "));
    if let Some(started) = entry.started {
        field("Started", &started.to_string());
        let duration = entry.duration.map(|duration| match duration {
            Value::String(text) => text.to_string(),
            number => format!("{number} ms"),
        });
        field("Duration", &duration.unwrap_or_default());
    }
    lines.push(paint(style.colour, colour, "     Changes:   "));
    if let Some(changes) = entry.changes {
        nested::write(changes, 14, "", style, lines);
    }
    if !entry.warnings.is_empty() {
        let text = wrap(&entry.warnings.join("\n"), 80, 14);
        lines.push(format!(
            "    {}",
            paint(style.colour, Colour::Red, &format!("Warnings: {}", text.trim_start()))
        ));
    }
}

fn summary(host: &str, counts: &Counts, entries: &[Entry<'_>], style: Style, lines: &mut Vec<String>) {
    let succeeded = counts.unchanged + counts.changed + counts.would_change;
    // A dry run's predicted changes count as changes too, and so do those of a state that failed.
    let changed = entries.iter().filter(|entry| entry.changes.is_some()).count();
    let digits = [counts.unchanged + counts.changed, counts.would_change, counts.failed, counts.warnings]
        .map(|count| count.to_string().len());
    let width = LABELS + digits.into_iter().max().unwrap_or(1);
    let count =
        |label: &str, count: usize| format!("{label}: {count:>rest$}", rest = width - label.len() - 2);
    let rule = "-".repeat(width);

    lines.push(paint(style.colour, Colour::Cyan, &format!("\nSummary for {host}\n{rule}")));
    let mut details = Vec::new();
    if counts.would_change > 0 {
        details.push(format!("unchanged={}", counts.would_change));
    }
    if changed > 0 {
        details.push(format!("changed={changed}"));
    }
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    lines.push(paint(style.colour, Colour::Green, &(count("Succeeded", succeeded) + &details)));
    let failed = if counts.failed > 0 { Colour::Red } else { Colour::Cyan };
    lines.push(paint(style.colour, failed, &count("Failed", counts.failed)));
    if counts.warnings > 0 {
        lines.push(paint(style.colour, Colour::Red, &count("Warnings", counts.warnings)));
    }
    let total = format!("{rule}\nTotal states run: {:>rest$}", counts.total(), rest = width - 7);
    lines.push(paint(style.colour, Colour::Cyan, &total));
    let (time, unit) =
        if counts.duration > 999.0 { (counts.duration / 1000.0, "s") } else { (counts.duration, "ms") };
    let time = format!("Total run time: {:>rest$} {unit}", format!("{time:.3}"), rest = width - 5);
    lines.push(paint(style.colour, Colour::Cyan, &time));
}

fn colour(entry: &Entry<'_>) -> Colour {
    match (entry.result, entry.changes) {
        (Some(false), _) => Colour::Red,
        (None, _) => Colour::Yellow,
        (_, Some(_)) => Colour::Cyan,
        _ => Colour::Green,
    }
}

/// The colour of a host whose states have these: changes alone leave it green.
fn worse(host: Colour, state: Colour) -> Colour {
    match (host, state) {
        (Colour::Red, _) | (_, Colour::Red) => Colour::Red,
        (Colour::Yellow, _) | (_, Colour::Yellow) => Colour::Yellow,
        _ => Colour::Green,
    }
}

/// Fills a text into lines of at most `width` characters, each indented; a word that is longer stands alone.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        let needed = indent + line + 1 + word.chars().count();
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if needed <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| format!("{margin}{}", plain(line))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::states::samples;
    use super::*;

    #[test]
    fn as_salt_prints_it() {
        let expected = "\
local:
----------
          ID: b
    Function: test.nop
        Name: bee
      Result: True
     Comment: Success!
     Started: 18:31:35.361207
    Duration: 0.5 ms
     Changes:   
----------
          ID: c
    Function: test.fail_without_changes
      Result: False
     Comment: Failure!
     Started: 18:31:35.361207
    Duration: 0.5 ms
     Changes:   
----------
          ID: d
    Function: cmd.run
        Name: echo hello
      Result: True
     Comment: Command run
     Started: 18:31:35.361207
    Duration: 0.5 ms
     Changes:   
              ----------
              pid:
                  7
              stdout:
                  hello
                  two
----------
          ID: e
    Function: test.configurable_test_state
      Result: True
     Comment: line one
              line two
     Started: 18:31:35.361207
    Duration: 0.5 ms
     Changes:   
              ----------
              e:
                  new
    Warnings: some warning here which is long enough to wrap over several lines
              since it has many words

Summary for local
------------
Succeeded: 3 (changed=2)
Failed:    1
Warnings:  1
------------
Total states run:     4
Total run time:   2.000 ms
";
        assert_eq!(render("local", &samples::run(), Style::default()), expected);
    }

    #[test]
    fn a_dry_run_counts_what_would_change() {
        let text = render("local", &samples::dry(), Style::default());
        assert!(text.contains("Succeeded: 1 (unchanged=1, changed=1)\n"), "{text}");
        assert!(text.contains("      Result: None\n"), "{text}");
    }

    #[test]
    fn compile_errors() {
        let errors = Value::from(vec!["No matching sls found for 'x' in env 'base'"]);
        assert_eq!(
            render("a", &errors, Style::default()),
            "a:\n    Data failed to compile:\n----------\n    No matching sls found for 'x' in env 'base'\n"
        );
    }
}
