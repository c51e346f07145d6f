//! From a position in rendered text back to the line of the template that made it.

use std::sync::Arc;

use minijinja::{OutputSpan, OutputSpanKind};

use super::Source;
use super::jinja::Rendered;
use super::yaml::Mark;
use crate::diagnostic::Place;

/// Where each part of a rendered text came from.
pub(super) struct Origin<'a> {
    file: Arc<str>,
    rendered: Option<&'a Rendered>,
    /// Where each line of the template begins, in bytes, in the source that the engine compiled.
    lines: Vec<usize>,
    /// Names of other templates, so that their places share one text.
    length: usize,
}

impl<'a> Origin<'a> {
    /// The origin of `text`; without a rendering, the text is the file's own.
    pub(super) fn new(source: &Source, text: &str, rendered: Option<&'a Rendered>) -> Self {
        let compiled = rendered.map_or("", |rendered| &rendered.source);
        let begins = compiled.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self {
            file: source.path.clone(),
            rendered,
            lines: std::iter::once(0).chain(begins).collect(),
            length: text.len(),
        }
    }

    /// The place of a mark in the text.
    pub(super) fn place(&self, mark: Mark) -> Place {
        let Some(rendered) = self.rendered else {
            return Place { file: self.file.clone(), line: mark.line + 1, column: mark.column + 1 };
        };
        let index = mark.index.min(self.length);
        let at = rendered.spans.partition_point(|span| span.output_range().end <= index);
        match rendered.spans.get(at).or_else(|| rendered.spans.last()) {
            Some(span) => self.within(span, index),
            None => self.beginning(),
        }
    }

    /// The text that an expression of the template made at a mark; none where the template itself has the text.
    pub(super) fn expression_at(&self, mark: Mark) -> Option<&'a str> {
        let rendered = self.rendered?;
        let at = rendered.spans.partition_point(|span| span.output_range().end <= mark.index);
        let span = rendered.spans.get(at).filter(|span| span.kind() != OutputSpanKind::Raw)?;
        rendered.text.get(span.output_range())
    }

    /// The first line of the file.
    pub(super) fn beginning(&self) -> Place {
        Place { file: self.file.clone(), line: 1, column: 0 }
    }

    fn within(&self, span: &OutputSpan, index: usize) -> Place {
        let own = span.name() == &*self.file;
        let file = if own { self.file.clone() } else { span.name().into() };
        let line = u32::try_from(span.line()).unwrap_or(0);
        let Some(rendered) = self.rendered.filter(|_| own && span.kind() == OutputSpanKind::Raw) else {
            // Inside an expression (or another file's text) the line where it begins is all there is to say.
            let breaks = match (self.rendered, span.kind()) {
                (Some(rendered), OutputSpanKind::Raw) => {
                    let from = span.output_range().start;
                    rendered.text.get(from..index.max(from)).map_or(0, |text| text.matches('\n').count())
                }
                _ => 0,
            };
            return Place { file, line: line + u32::try_from(breaks).unwrap_or(0), column: 0 };
        };
        let offset = span.source_range().start + index.saturating_sub(span.output_range().start);
        let row = self.lines.partition_point(|begin| *begin <= offset);
        let begin = self.lines.get(row.saturating_sub(1)).copied().unwrap_or(0);
        let before = rendered.source.get(begin..offset).unwrap_or_default();
        // A rewritten tag before this point on the line has moved the columns.
        let column =
            if before.contains("%}") || before.contains("}}") { 0 } else { before.chars().count() + 1 };
        Place { file, line: u32::try_from(row).unwrap_or(0), column: u32::try_from(column).unwrap_or(0) }
    }
}
