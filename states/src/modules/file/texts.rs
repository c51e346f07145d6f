//! The texts that `file.append`, `file.prepend` and `file.blockreplace` put into a file.

use common::value::{Map, Value};

use super::super::arguments::Many;
use super::super::{Call, Failure};
use super::source::locate;
use super::template;

/// Where the texts come from.
pub(super) struct Texts<'a> {
    /// The argument itself.
    pub(super) text: Option<&'a Value>,
    /// One source.
    pub(super) source: Option<&'a str>,
    /// Or several.
    pub(super) sources: &'a Many<super::super::arguments::Text>,
    /// How sources are rendered.
    pub(super) template: Option<&'a str>,
    /// What their templates see.
    pub(super) variables: &'a Map,
}

impl Texts<'_> {
    /// The texts, each of which is looked for and put in by itself.
    pub(super) fn load(&self, call: &Call<'_>) -> Result<Vec<String>, Failure> {
        if self.source.is_some() && !self.sources.0.is_empty() {
            return Err(Failure::new("source and sources are mutually exclusive"));
        }
        let sources: Vec<&str> =
            self.source.into_iter().chain(self.sources.0.iter().map(|source| &**source)).collect();
        if sources.is_empty() {
            return Ok(match self.text {
                Some(Value::List(items)) => items.iter().map(ToString::to_string).collect(),
                Some(value) => vec![value.to_string()],
                // Salt writes Python's text of "nothing given".
                None => vec!["None".into()],
            });
        }
        sources.into_iter().map(|source| self.read(call, source)).collect()
    }

    fn read(&self, call: &Call<'_>, source: &str) -> Result<String, Failure> {
        let failed = |error: String| Failure::new(format!("Failed to load template file {source}: {error}"));
        let located = locate(call, source).map_err(failed)?;
        let text = located.read_text(call).map_err(failed)?;
        match self.template {
            Some(engine) => {
                template::render(call, engine, &located.path(), &text, self.variables).map_err(failed)
            }
            None => Ok(text),
        }
    }
}
