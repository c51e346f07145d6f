//! From a position in rendered text back to the line of the template that made it.

use std::sync::Arc;

use super::Source;
use super::jinja::{Rendered, Span};
use super::renderer::Renderer;
use super::shared::DocumentKey;
use super::yaml::Mark;
use crate::diagnostic::Place;

/// The name of the document that a text is read to: a hash of the text and of all that says where its parts came from.
pub(super) fn key(source: &Source, reader: Option<Renderer>, rendered: Option<&Rendered>) -> DocumentKey {
    let mut bytes = Bytes(Vec::with_capacity(4096));
    bytes.text(&source.path);
    // A text without a renderer has another document than one of YAML.
    bytes.text(&format!("{reader:?}"));
    match rendered {
        None => bytes.text(&source.text),
        Some(rendered) => {
            bytes.text(&rendered.source);
            bytes.text(&rendered.text);
            for span in &rendered.spans {
                // An empty name stands for the file's own: there are many of them.
                bytes.text(if span.file == source.path { "" } else { &span.file });
                bytes.numbers([
                    span.output.start,
                    span.output.end,
                    span.source.unwrap_or(usize::MAX),
                    span.line as usize,
                ]);
            }
        }
    }
    blake3::hash(&bytes.0).into()
}

/// The name of the document of a text that is no file.
pub(super) fn text_key(text: &str) -> DocumentKey {
    blake3::derive_key("the document of a text that is no file", text.as_bytes())
}

/// Bytes in which every part can be told from the next.
struct Bytes(Vec<u8>);

impl Bytes {
    fn numbers<const N: usize>(&mut self, numbers: [usize; N]) {
        for number in numbers {
            self.0.extend_from_slice(&(number as u64).to_le_bytes());
        }
    }

    fn text(&mut self, text: &str) {
        self.numbers([text.len()]);
        self.0.extend_from_slice(text.as_bytes());
    }
}

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
        let at = rendered.spans.partition_point(|span| span.output.end <= index);
        match rendered.spans.get(at).or_else(|| rendered.spans.last()) {
            Some(span) => self.within(span, index),
            None => self.beginning(),
        }
    }

    /// The text that an expression of the template made at a mark; none where the template itself has the text.
    pub(super) fn expression_at(&self, mark: Mark) -> Option<&'a str> {
        let rendered = self.rendered?;
        let at = rendered.spans.partition_point(|span| span.output.end <= mark.index);
        let span = rendered.spans.get(at).filter(|span| span.source.is_none())?;
        rendered.text.get(span.output.clone())
    }

    /// The first line of the file.
    pub(super) fn beginning(&self) -> Place {
        Place { file: self.file.clone(), line: 1, column: 0 }
    }

    fn within(&self, span: &Span, index: usize) -> Place {
        let own = *span.file == *self.file;
        let Some((rendered, source)) = self.rendered.filter(|_| own).zip(span.source) else {
            // Of another file's text it is known which line it is, of an expression where it begins.
            let breaks = match (self.rendered, span.source) {
                (Some(rendered), Some(_)) => {
                    let from = span.output.start;
                    rendered.text.get(from..index.max(from)).map_or(0, |text| text.matches('\n').count())
                }
                _ => 0,
            };
            let line = span.line + u32::try_from(breaks).unwrap_or(0);
            return Place { file: span.file.clone(), line, column: 0 };
        };
        let offset = source + index.saturating_sub(span.output.start);
        let row = self.lines.partition_point(|begin| *begin <= offset);
        let begin = self.lines.get(row.saturating_sub(1)).copied().unwrap_or(0);
        let column = rendered.source.get(begin..offset).map_or(0, |before| before.chars().count() + 1);
        Place {
            file: self.file.clone(),
            line: u32::try_from(row).unwrap_or(0),
            column: u32::try_from(column).unwrap_or(0),
        }
    }
}
