//! Flags that several subcommands share: the same name means the same everywhere.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::Args;
use common::output::{Format, Indent, StateStyle, Style, python_bool};
use common::value::{Map, Value};
use states::language::value_of;

use super::error::CommandError;
use super::rollout::RolloutOptions;
use crate::config::{Config, ConfigError};
use crate::jobs::{JobSpec, Spec};

/// Where the daemon is.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Daemon")]
pub(super) struct DaemonOptions {
    /// The daemon's control socket [default: what the configuration says; env: LANTERN_SOCKET]
    #[arg(long, value_name = "PATH", global = true)]
    pub(super) socket: Option<PathBuf>,

    /// The configuration [default: /etc/lantern/master.yaml, if it is there; env: LANTERN_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,
}

impl DaemonOptions {
    /// The configuration.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn config(&self) -> Result<Config, CommandError> {
        Ok(self.configured()?)
    }

    /// The configuration, with an error that names its place.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn configured(&self) -> Result<Config, ConfigError> {
        let file = self.config.clone().or_else(|| std::env::var_os("LANTERN_CONFIG").map(PathBuf::from));
        Config::load(file.as_deref())
    }

    /// The control socket.
    ///
    /// # Errors
    /// When the configuration, which would name it, can't be read.
    pub(super) fn socket(&self) -> Result<PathBuf, CommandError> {
        let named = self.socket.clone().or_else(|| std::env::var_os("LANTERN_SOCKET").map(PathBuf::from));
        match named {
            Some(socket) => Ok(socket),
            None => Ok(self.config()?.socket),
        }
    }
}

/// How results are shown.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// How to show results on standard output: human, highstate, nested, yaml, json, jsonl, txt, raw, pprint,
    /// newline_values_only or quiet
    ///
    /// `human` shows what changed and what failed. `json` is one document, a map of hosts. The formats with Salt's names
    /// print what Salt prints.
    #[arg(long, alias = "output", value_name = "FORMAT", default_value = "human", hide_default_value = true)]
    pub(super) out: Format,

    /// The indent of json, yaml and pprint; a negative number asks for one line
    #[arg(long, alias = "output-indent", value_name = "N", allow_negative_numbers = true)]
    pub(super) out_indent: Option<i64>,

    /// How `highstate` shows a state: full, terse, mixed, changes or filter, each also with `_id`
    #[arg(long, alias = "state_output", value_name = "MODE")]
    pub(super) state_output: Option<String>,

    /// Whether `highstate` shows states that found nothing to do
    #[arg(long, alias = "state_verbose", value_name = "True|False", value_parser = python_bool)]
    pub(super) state_verbose: Option<bool>,

    /// Do not colour
    #[arg(long, alias = "no-colour")]
    pub(super) no_color: bool,

    /// Colour even what is no terminal
    #[arg(long, alias = "force-colour", conflicts_with = "no_color")]
    pub(super) force_color: bool,

    /// Also show states that found nothing to do
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Show no progress on standard error
    #[arg(long)]
    pub(super) no_progress: bool,
}

impl OutputOptions {
    /// The style for standard output.
    #[must_use]
    pub(super) fn style(&self) -> Style {
        let wanted = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let mut states = StateStyle::default();
        if let Some(output) = &self.state_output {
            states.set_output(output);
        }
        states.verbose = self.state_verbose.unwrap_or(states.verbose);
        Style {
            verbose: self.verbose,
            colour: self.force_color || wanted && !self.no_color,
            indent: self.out_indent.map_or(Indent::Usual, Indent::of_number),
            states,
        }
    }
}

/// Which hosts, and how many at a time.
#[derive(Debug, Clone, Args)]
pub(super) struct JobOptions {
    /// Which hosts: a glob on ids, or Salt's compound grammar [default: every accepted host]
    ///
    /// `fp-*`, `L@a,b`, `E@regex`, `G@os:Debian and not cm-*`, `I@role:proxy`, `S@10.0.0.0/8`, `N@group`, with `and`, `or`,
    /// `not` and parentheses as words of their own; `job:JID:failed` is the hosts that failed in an earlier job (any state, and
    /// changed, unchanged, deviant, bad or all; `last` is the newest job). A target that matches no host is an error.
    #[arg(short, long, value_name = "TARGET")]
    pub(super) target: Option<String>,

    /// How they take their turns.
    #[command(flatten)]
    pub(super) rollout: RolloutOptions,

    /// Print the job's id and go away; `master jobs show` has the result later
    #[arg(long)]
    pub(super) detach: bool,

    /// How results are shown.
    #[command(flatten)]
    pub(super) output: OutputOptions,

    /// Where the daemon is.
    #[command(flatten)]
    pub(super) daemon: DaemonOptions,
}

impl JobOptions {
    /// The job of this work.
    #[must_use]
    pub(super) fn job(&self, work: Spec) -> JobSpec {
        JobSpec {
            work,
            target: self.target.clone(),
            batch: self.rollout.batch.clone(),
            policy: self.rollout.policy(),
            timeout: self.rollout.timeout.map(|timeout| timeout.as_secs().max(1)),
            request: None,
        }
    }
}

/// Reads `--pillar`.
///
/// # Errors
/// When it is no YAML map.
pub(super) fn pillar(text: Option<&str>) -> Result<Map, CommandError> {
    match text {
        None => Ok(Map::new()),
        Some(text) => parse_map(text).map_err(|reason| CommandError::usage(format!("--pillar: {reason}"))),
    }
}

/// Reads a YAML map.
///
/// # Errors
/// When the text is something else, in words.
pub(super) fn parse_map(text: &str) -> Result<Map, String> {
    match value_of(text)? {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => Err(format!("a YAML map is wanted, such as '{{key: value}}', not {}", other.repr())),
    }
}
