//! What all commands print: data on standard output, talk on standard error.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use common::output::{Format, Indent, Shown, StateStyle, Style, python_bool, render};
use common::value::{Map, Value, get};

use super::CommandError;

/// How to show the result.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// How to show the result: human, highstate, nested, yaml, json, jsonl, txt, raw, pprint, newline_values_only or quiet
    /// [default: human; with --salt-config what that says, else highstate]
    ///
    /// `human` shows what changed and what failed, then one line for the host. The other names mean what they mean to Salt:
    /// `highstate` shows every state and a summary (and any other value as `nested` does), `json` is one document in Salt's
    /// shape, `jsonl` the same on one line, `txt` a line `host: text` for each line of the result; `quiet` shows nothing,
    /// and the exit code tells.
    #[arg(long, alias = "output", value_name = "FORMAT")]
    out: Option<Format>,

    /// The indent of json, yaml and pprint; a negative number asks for one line
    #[arg(long, alias = "output-indent", value_name = "N", allow_negative_numbers = true)]
    out_indent: Option<i64>,

    /// Write to a file instead of standard output
    #[arg(long, alias = "output-file", value_name = "FILE")]
    out_file: Option<PathBuf>,

    /// Write to the end of --out-file, and keep what it has
    #[arg(long, alias = "output-file-append", requires = "out_file")]
    out_file_append: bool,

    /// Show the states that found nothing to do as well
    #[arg(long, short)]
    verbose: bool,

    /// How `highstate` shows a state: full, terse, mixed, changes or filter, each also with `_id`
    #[arg(long, alias = "state_output", value_name = "MODE")]
    state_output: Option<String>,

    /// Whether `highstate` shows states that found nothing to do
    #[arg(long, alias = "state_verbose", value_name = "True|False", value_parser = python_bool)]
    state_verbose: Option<bool>,

    /// Show in `highstate` only the states that changed something or failed
    #[arg(long)]
    output_diff: bool,

    /// Do not colour
    #[arg(long, alias = "no-colour")]
    no_color: bool,

    /// Colour even what is no terminal
    #[arg(long, alias = "force-colour", conflicts_with = "no_color")]
    force_color: bool,
}

/// A result, and what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'a> {
    pub(super) value: &'a Value,
    /// Whether it is that of a state run.
    pub(super) states: bool,
    /// Whether the function failed.
    pub(super) failed: bool,
}

impl OutputOptions {
    /// Shows a result of this host. `opts` is Salt's configuration, where there is one.
    pub(super) fn show(&self, result: Shape<'_>, opts: Option<&Map>) -> Result<(), CommandError> {
        let shown =
            Shown { host: "local", value: result.value, states: result.states, failed: result.failed };
        let text = render(self.format(opts)?, &shown, &self.style(opts));
        match &self.out_file {
            None => {
                // A reader that has gone away (`| head`) wants no more.
                let _ = std::io::stdout().lock().write_all(text.as_bytes());
                Ok(())
            }
            Some(path) => {
                let append = self.out_file_append;
                let file =
                    OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(path);
                let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
                written.map_err(|error| {
                    CommandError::usage(format!("--out-file: cannot write {}: {error}", path.display()))
                })
            }
        }
    }

    fn format(&self, opts: Option<&Map>) -> Result<Format, CommandError> {
        match (self.out, opts) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(Format::Human),
            (None, Some(opts)) => match get(opts, "output").filter(|output| output.is_true()) {
                None => Ok(Format::Highstate),
                Some(name) => name.to_string().parse().map_err(CommandError::usage),
            },
        }
    }

    fn style(&self, opts: Option<&Map>) -> Style {
        let mut states = opts.map(StateStyle::of).unwrap_or_default();
        if let Some(output) = &self.state_output {
            states.set_output(output);
        }
        states.verbose = self.state_verbose.unwrap_or(states.verbose);
        states.diff |= self.output_diff;
        let configured = |key: &str| opts.and_then(|opts| get(opts, key));
        let indent = match (self.out_indent, configured("output_indent")) {
            (Some(number), _) => Indent::of_number(number),
            (None, Some(Value::Int(number))) => Indent::of_number(*number),
            (None, Some(Value::Null)) => Indent::None,
            (None, Some(Value::String(text))) if &**text == "pretty" => Indent::Pretty,
            _ => Indent::Usual,
        };
        let usual = match configured("color") {
            Some(colour) => colour.is_true(),
            None => self.out_file.is_none() && std::io::stdout().is_terminal() && colour_wanted(),
        };
        let colour = self.force_color || usual && !self.no_color;
        Style { verbose: self.verbose, colour, indent, states }
    }
}

/// Says something to the person at the terminal.
pub(super) fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints lines of text that are no result.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
