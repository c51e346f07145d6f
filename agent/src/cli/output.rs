//! What all commands print: data on standard output, talk on standard error.

use std::io::{IsTerminal as _, Write as _};

use clap::Args;
use common::output::{Format, Shown, Style, render};
use common::value::Value;

/// How to show the result.
#[derive(Args, Clone, Debug)]
pub(super) struct OutputOptions {
    /// How to show the result: human, highstate, nested, yaml, json, jsonl, txt or quiet
    ///
    /// `human` shows what changed and what failed, then one line for the host. The other names mean what they mean to Salt:
    /// `highstate` shows every state and a summary, `json` is one document in Salt's shape, `jsonl` the same on one line,
    /// `txt` a line `host: text` for each line of the result; `quiet` shows nothing, and the exit code tells.
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Human)]
    out: Format,

    /// Show the states that found nothing to do as well
    #[arg(long, short)]
    verbose: bool,
}

impl OutputOptions {
    /// Prints a result of this host.
    pub(super) fn show(&self, value: &Value, states: bool) {
        let stdout = std::io::stdout();
        let style = Style { verbose: self.verbose, colour: stdout.is_terminal() && colour_wanted() };
        let text = render(self.out, &Shown { host: "local", value, states }, style);
        // A reader that has gone away (`| head`) wants no more.
        let _ = stdout.lock().write_all(text.as_bytes());
    }
}

/// Says something to the person at the terminal.
pub(super) fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
