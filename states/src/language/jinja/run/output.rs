//! What a template prints, and where each part of it came from.

use std::ops::Range;
use std::sync::Arc;

use minijinja::Error;

use super::fault::exception;

/// The longest text that a template may make, in bytes.
const LENGTH_LIMIT: usize = 64 << 20;

/// A part of a rendered text.
#[derive(Debug)]
pub(in crate::language) struct Span {
    /// Where it stands in the text, in bytes.
    pub(in crate::language) output: Range<usize>,
    /// The template it came from.
    pub(in crate::language) file: Arc<str>,
    /// The line it came from, counted from 1.
    pub(in crate::language) line: u32,
    /// Where it stands in that template when it is text of it, in bytes.
    pub(in crate::language) source: Option<usize>,
}

/// Text that is being made.
#[derive(Default)]
pub(super) struct Output {
    pub(super) text: String,
    /// Only of the text that leaves the template, not of what it keeps in a variable.
    pub(super) spans: Option<Vec<Span>>,
}

impl Output {
    /// The output of a whole rendering.
    pub(super) fn whole() -> Self {
        Self { text: String::new(), spans: Some(Vec::new()) }
    }

    pub(super) fn write(
        &mut self,
        text: &str,
        file: &Arc<str>,
        line: u32,
        source: Option<usize>,
    ) -> Result<(), Error> {
        let start = self.text.len();
        if start + text.len() > LENGTH_LIMIT {
            return Err(exception(format!("the template makes more than {LENGTH_LIMIT} bytes of text")));
        }
        self.text.push_str(text);
        if let Some(spans) = &mut self.spans
            && !text.is_empty()
        {
            spans.push(Span { output: start..start + text.len(), file: file.clone(), line, source });
        }
        Ok(())
    }
}
