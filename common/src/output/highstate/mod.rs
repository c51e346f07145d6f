//! Salt's `highstate`: every state of a run, and a summary.

pub(super) mod block;
mod compress;
mod format;
mod summary;
mod terse;

use super::lines::harmless;
use super::paint::{Colour, paint};
use super::states::{Counts, Entry, entries};
use super::style::{StateOutput, StateStyle, Style};
use super::{nested, pprint};
use crate::value::{Map, Value, get};

/// How deep a run may show runs.
const DEPTH_LIMIT: usize = 8;

/// One host's run, or its compile errors.
pub(super) fn render(host: &str, value: &Value, style: &Style) -> String {
    self::host(host, value, style, 0) + "\n"
}

fn host(host: &str, value: &Value, style: &Style, depth: usize) -> String {
    let on = style.colour;
    let mut lines = Vec::new();
    let colour = match value {
        Value::Map(map) => match compress::compressed(map).filter(|_| style.states.compress) {
            Some(compressed) => states(host, &compressed, style, depth, &mut lines),
            None => states(host, map, style, depth, &mut lines),
        },
        Value::List(errors) => {
            lines.push(format!("    {}", paint(on, Colour::LightRed, "Data failed to compile:")));
            for error in errors {
                let text = format!("----------\n    {}", harmless(&error.to_string()));
                lines.push(paint(on, Colour::LightRed, &text));
            }
            Colour::LightRed
        }
        Value::String(text) => {
            let text = super::lines::lines(text);
            lines.extend(text.map(|line| paint(on, Colour::Green, &format!("    {}", harmless(line)))));
            Colour::Cyan
        }
        Value::Bool(_) | Value::Int(_) => {
            lines.push(paint(on, Colour::Green, &format!("    {value}")));
            Colour::Cyan
        }
        _ => Colour::Green,
    };
    lines.insert(0, paint(on, colour, &format!("{}:", harmless(host))));
    lines.join("\n")
}

/// The states of a run and the summary; the colour of the host.
fn states(host: &str, map: &Map, style: &Style, depth: usize, lines: &mut Vec<String>) -> Colour {
    for value in map.iter().filter(|(tag, _)| tag.as_str() != Some("changes")).map(|(_, value)| value) {
        if value.as_map().is_some_and(|entry| !entry.is_empty() && get(entry, "__run_num__").is_none()) {
            lines.insert(0, pprint::format(value, 1));
            lines.insert(0, UNORDERED.into());
        }
    }
    let entries = entries(map);
    let mut colour = Colour::Green;
    // Warnings count where they are shown.
    let mut warned = 0;
    for entry in &entries {
        if !is_shown(entry, &style.states) {
            continue;
        }
        match entry.result {
            Some(false) => colour = Colour::Red,
            None => colour = Colour::Yellow,
            Some(true) => {}
        }
        match way(entry, &style.states) {
            Way::Block => {
                warned += usize::from(!entry.warnings.is_empty());
                lines.push(block::with(entry, style, &changes(entry, style, depth)));
            }
            Way::Line => lines.push(terse::line(entry, style)),
            Way::Nothing => {}
        }
    }
    let weights: Vec<_> =
        entries.iter().map(|entry| (entry, compress::weight(entry, &style.states))).collect();
    let counts = Counts { warnings: warned, ..Counts::of_entries(&entries) };
    summary::lines(host, &counts, &weights, style, lines);
    colour
}

/// What Salt says of a return whose entries do not tell their order.
const UNORDERED: &str = "The State execution failed to record the order in which all states were executed. The state return \
                         missing data is:";

/// The changes of a state, below the word `Changes:`.
fn changes(entry: &Entry<'_>, style: &Style, depth: usize) -> String {
    let Some(changes) = entry.changes else { return String::new() };
    let Value::Map(map) = changes else { return format!("Invalid Changes data: {changes}") };
    // Another run: that of hosts which this one ran, or of a state that runs states.
    let ran = match (get(map, "ret"), get(map, "out").and_then(Value::as_str)) {
        (Some(Value::Map(hosts)), Some("highstate")) => Some((hosts, false)),
        _ if RUNS.contains(&entry.name) => Some((map, true)),
        _ => None,
    };
    if let Some((hosts, own)) = ran.filter(|_| depth < DEPTH_LIMIT) {
        let margin = " ".repeat(if own { 14 * (depth + 1) } else { 14 });
        let texts: Vec<_> =
            hosts.iter().map(|(name, value)| host(&name.to_string(), value, style, depth + 1)).collect();
        let nested = texts.join("\n");
        let first = if own { margin.as_str() } else { "" };
        let lines = nested.lines().map(|line| format!("\n{margin}{line}"));
        return format!("{first}{}", lines.collect::<String>());
    }
    let lines = nested::lines_of(changes, 14, style.colour);
    format!("\n{}", lines.join("\n").trim_end())
}

/// The names under which states run states.
const RUNS: &[&str] = &["state.orch", "state.orchestrate", "state.sls"];

fn is_shown(entry: &Entry<'_>, style: &StateStyle) -> bool {
    let calm = entry.result == Some(true) && entry.changes.is_none();
    style.verbose && !style.diff || !calm
}

enum Way {
    Block,
    Line,
    Nothing,
}

/// How a state is shown that is shown at all.
fn way(entry: &Entry<'_>, style: &StateStyle) -> Way {
    let result = entry.result.map_or(Value::Null, Value::Bool).to_string();
    let line = match style.output {
        StateOutput::Full => false,
        StateOutput::Terse => true,
        StateOutput::Mixed => entry.result != Some(false),
        StateOutput::Changes => entry.result == Some(true) && entry.changes.is_none(),
        StateOutput::Filter => style.terse.contains(&result),
    };
    match style.output {
        _ if line => Way::Line,
        StateOutput::Filter if style.exclude.contains(&result) => Way::Nothing,
        _ => Way::Block,
    }
}

/// The colour of a state.
fn colour(entry: &Entry<'_>) -> Colour {
    match (entry.result, entry.changes) {
        (Some(false), _) => Colour::Red,
        (None, _) => Colour::Yellow,
        (_, Some(_)) => Colour::Cyan,
        _ => Colour::Green,
    }
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
        assert_eq!(render("local", &samples::run(), &Style::default()), expected);
    }

    #[test]
    fn a_dry_run_counts_what_would_change() {
        let text = render("local", &samples::dry(), &Style::default());
        assert!(text.contains("Succeeded: 1 (unchanged=1, changed=1)\n"), "{text}");
        assert!(text.contains("      Result: None\n"), "{text}");
    }

    #[test]
    fn compile_errors() {
        let errors = Value::from(vec!["No matching sls found for 'x' in env 'base'"]);
        assert_eq!(
            render("a", &errors, &Style::default()),
            "a:\n    Data failed to compile:\n----------\n    No matching sls found for 'x' in env 'base'\n"
        );
    }
}
