//! How to show.

use crate::value::{Map, Value, get};

/// How to show.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// Whether `human` also shows the states that found nothing to do.
    pub verbose: bool,
    /// Whether to colour, which is for terminals.
    pub colour: bool,
    /// The indent of `json`, `yaml` and `pprint`.
    pub indent: Indent,
    /// How `highstate` shows states.
    pub states: StateStyle,
}

/// Salt's `output_indent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Indent {
    /// What the format does by itself.
    #[default]
    Usual,
    /// So many blanks a level.
    Spaces(usize),
    /// One line.
    None,
    /// As usual, with sorted keys.
    Pretty,
}

impl Indent {
    /// Salt's number: a negative one asks for one line.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        usize::try_from(number).map_or(Self::None, |number| Self::Spaces(number.min(100)))
    }

    pub(super) fn of_level(self, usual: usize) -> usize {
        match self {
            Self::Spaces(number) => number,
            _ => usual,
        }
    }
}

/// How much of a state is shown: Salt's `state_output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateOutput {
    /// A block for each.
    #[default]
    Full,
    /// A line for each.
    Terse,
    /// A line, or a block for one that failed.
    Mixed,
    /// A block for one that failed or changed something, else a line.
    Changes,
    /// A block, a line or nothing by its result.
    Filter,
}

/// How a state's line is laid out: Salt's `state_tabular`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tabular {
    /// A sentence.
    #[default]
    No,
    /// Columns.
    Yes,
    /// A format of Python's with eight arguments: colour, name, module, function, result, end of colour, entry.
    Format(String),
}

/// How `highstate` shows states.
#[derive(Clone, Debug, PartialEq)]
pub struct StateStyle {
    /// See [`StateOutput`].
    pub output: StateOutput,
    /// Whether a state is called by its id where it is called by its name (`terse_id`, …).
    pub by_id: bool,
    /// Whether those are shown that found nothing to do (`state_verbose`).
    pub verbose: bool,
    /// Whether only those are shown that changed something or failed (`state_output_diff`).
    pub diff: bool,
    /// Whether times are shown (`state_output_profile`).
    pub profile: bool,
    /// Whether the summary has percentages (`state_output_pct`).
    pub percent: bool,
    /// Whether entries of one id are shown as one (`state_compress_ids`).
    pub compress: bool,
    /// See [`Tabular`].
    pub tabular: Tabular,
    /// The results that `filter` leaves out, as Python's texts of them.
    pub exclude: Vec<String>,
    /// The results that `filter` shows on a line.
    pub terse: Vec<String>,
}

impl Default for StateStyle {
    fn default() -> Self {
        Self {
            output: StateOutput::Full,
            by_id: false,
            verbose: true,
            diff: false,
            profile: true,
            percent: false,
            compress: false,
            tabular: Tabular::No,
            exclude: Vec::new(),
            terse: Vec::new(),
        }
    }
}

impl StateStyle {
    /// What Salt's configuration says.
    #[must_use]
    pub fn of(opts: &Map) -> Self {
        let usual = Self::default();
        let flag = |key: &str, usual: bool| get(opts, key).map_or(usual, Value::is_true);
        let list = |key: &str| match get(opts, key) {
            Some(Value::List(items)) => items.iter().map(ToString::to_string).collect(),
            Some(Value::String(text)) => text.split(',').map(Into::into).collect(),
            _ => Vec::new(),
        };
        let mut style = Self {
            verbose: flag("state_verbose", usual.verbose),
            diff: flag("state_output_diff", usual.diff),
            profile: flag("state_output_profile", usual.profile),
            percent: flag("state_output_pct", usual.percent),
            compress: flag("state_compress_ids", usual.compress),
            tabular: match get(opts, "state_tabular") {
                Some(Value::Bool(true)) => Tabular::Yes,
                Some(Value::String(format)) => Tabular::Format(format.to_string()),
                _ => Tabular::No,
            },
            exclude: list("state_output_exclude"),
            terse: list("state_output_terse"),
            ..usual
        };
        if let Some(output) = get(opts, "state_output") {
            style.set_output(&output.to_string());
        }
        style
    }

    /// Takes Salt's `state_output`, such as `mixed` or `changes_id`. What Salt does not know is `full`.
    pub fn set_output(&mut self, name: &str) {
        let name = name.to_lowercase();
        self.by_id = name.ends_with("_id");
        let known = [
            ("terse", StateOutput::Terse),
            ("mixed", StateOutput::Mixed),
            ("changes", StateOutput::Changes),
            ("filter", StateOutput::Filter),
        ];
        let found = known.into_iter().find(|(begin, _)| name.starts_with(begin));
        self.output = found.map_or(StateOutput::Full, |(_, output)| output);
    }
}

/// Python's `True` or `False`, as command lines have it.
///
/// # Errors
/// When it is neither.
pub fn python_bool(text: &str) -> Result<bool, String> {
    match text {
        "True" | "true" => Ok(true),
        "False" | "false" => Ok(false),
        _ => Err("it is True or False".into()),
    }
}
