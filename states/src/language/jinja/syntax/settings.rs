//! What a configuration or a template's own first line may change about the syntax.

use std::sync::Arc;

use common::value::{Map, Value};

/// How templates are read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct Settings {
    pub(super) block: [Arc<str>; 2],
    pub(super) variable: [Arc<str>; 2],
    pub(super) comment: [Arc<str>; 2],
    pub(super) line_statement_prefix: Option<Arc<str>>,
    pub(super) line_comment_prefix: Option<Arc<str>>,
    pub(super) trim_blocks: bool,
    pub(super) lstrip_blocks: bool,
    pub(super) keep_trailing_newline: bool,
    pub(super) newline_sequence: Arc<str>,
}

impl Default for Settings {
    fn default() -> Self {
        let pair = |begin: &str, end: &str| [begin.into(), end.into()];
        Self {
            block: pair("{%", "%}"),
            variable: pair("{{", "}}"),
            comment: pair("{#", "#}"),
            line_statement_prefix: None,
            line_comment_prefix: None,
            trim_blocks: false,
            lstrip_blocks: false,
            keep_trailing_newline: false,
            newline_sequence: "\n".into(),
        }
    }
}

impl Settings {
    /// The settings of a configuration: `jinja_sls_env` for an SLS, `jinja_env` for the template of a file, and the two old
    /// switches, which count for both.
    pub(in super::super) fn of(opts: &Map, is_sls: bool) -> Self {
        let mut settings = Self::default();
        let own = if is_sls { "jinja_sls_env" } else { "jinja_env" };
        if let Some(Value::Map(options)) = opts.get(&Value::from(own)) {
            settings.apply(options);
        }
        let on = |name: &str| opts.get(&Value::from(name)).is_some_and(Value::is_true);
        settings.trim_blocks |= on("jinja_trim_blocks");
        settings.lstrip_blocks |= on("jinja_lstrip_blocks");
        settings
    }

    /// Changes what `options` names, in the names of Jinja2's environment. Names that it does not have are passed over.
    pub(in super::super) fn apply(&mut self, options: &Map) {
        for (name, value) in options {
            let Value::String(name) = name else { continue };
            let text = || match value {
                Value::String(text) if !text.is_empty() => Some(Arc::<str>::from(&**text)),
                _ => None,
            };
            match &*name.to_lowercase() {
                "block_start_string" => replace(&mut self.block[0], text()),
                "block_end_string" => replace(&mut self.block[1], text()),
                "variable_start_string" => replace(&mut self.variable[0], text()),
                "variable_end_string" => replace(&mut self.variable[1], text()),
                "comment_start_string" => replace(&mut self.comment[0], text()),
                "comment_end_string" => replace(&mut self.comment[1], text()),
                "line_statement_prefix" => self.line_statement_prefix = text(),
                "line_comment_prefix" => self.line_comment_prefix = text(),
                "trim_blocks" => self.trim_blocks = value.is_true(),
                "lstrip_blocks" => self.lstrip_blocks = value.is_true(),
                "keep_trailing_newline" => self.keep_trailing_newline = value.is_true(),
                "newline_sequence" => replace(&mut self.newline_sequence, text()),
                _ => {}
            }
        }
    }
}

fn replace(target: &mut Arc<str>, text: Option<Arc<str>>) {
    if let Some(text) = text {
        *target = text;
    }
}

/// The options that a template sets for itself in its first line, or in the second below a renderer line, as in
/// `#jinja2: {"trim_blocks": true}`; and which line that is, counted from 0. A line that is no JSON object is text.
pub(in super::super) fn override_of(source: &str) -> Option<(Map, usize)> {
    let mut lines = source.split('\n').map(|line| line.trim_end_matches('\r'));
    let first = lines.next()?;
    let (line, at) =
        if first.starts_with("#!") && !first.starts_with("#!/") { (lines.next()?, 1) } else { (first, 0) };
    let options = line.strip_prefix("#jinja2:")?;
    match serde_json::from_str::<serde_json::Value>(options).ok().map(Value::from)? {
        Value::Map(options) => Some((options, at)),
        _ => None,
    }
}
