//! Where the next tag begins, and where comments and raw text end.

use super::settings::Settings;

/// What begins at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Raw,
    Block,
    Variable,
    Comment,
    LineStatement,
    LineComment,
}

/// The sign in `{%-` and `{%+`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    Minus,
    Plus,
}

/// A tag's beginning.
pub(super) struct Tag {
    pub(super) opening: Opening,
    pub(super) sign: Sign,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where what stands in it begins.
    pub(super) end: usize,
}

/// Finds the beginnings of tags.
pub(super) struct Scanner<'s> {
    source: &'s str,
    settings: &'s Settings,
    /// What tags begin with, the longest first.
    openings: Vec<(&'s str, Opening)>,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(source: &'s str, settings: &'s Settings) -> Self {
        let mut openings = vec![
            (&*settings.variable[0], Opening::Variable),
            (&*settings.comment[0], Opening::Comment),
            (&*settings.block[0], Opening::Block),
        ];
        if let Some(prefix) = &settings.line_statement_prefix {
            openings.push((prefix, Opening::LineStatement));
        }
        if let Some(prefix) = &settings.line_comment_prefix {
            openings.push((prefix, Opening::LineComment));
        }
        openings.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { source, settings, openings }
    }

    /// The first tag that begins at `from` or later.
    pub(super) fn next(&self, from: usize) -> Option<Tag> {
        let lines =
            self.settings.line_statement_prefix.is_some() || self.settings.line_comment_prefix.is_some();
        let firsts: Vec<u8> = self.openings.iter().filter_map(|(text, _)| text.bytes().next()).collect();
        let bytes = self.source.as_bytes();
        (from..bytes.len())
            .filter(|at| lines || firsts.contains(&bytes[*at]))
            .filter(|at| self.source.is_char_boundary(*at))
            .find_map(|at| self.tag_at(at))
    }

    fn tag_at(&self, start: usize) -> Option<Tag> {
        if let Some((sign, end)) = self.raw_at(start) {
            return Some(Tag { opening: Opening::Raw, sign, start, end });
        }
        self.openings.iter().find_map(|(text, opening)| {
            let end = match opening {
                Opening::LineStatement => {
                    self.at_line_begin(start).then_some(())?;
                    self.past(start, |c| matches!(c, ' ' | '\t' | '\u{b}'))
                }
                Opening::LineComment => {
                    let before = self.source[..start].chars().next_back();
                    let fits = before.is_none_or(|c| c == '\n' || !c.is_whitespace());
                    fits.then_some(())?;
                    self.past(start, |c| c.is_whitespace() && c != '\r' && c != '\n')
                }
                _ => start,
            };
            let rest = self.source[end..].strip_prefix(text)?;
            let (sign, rest) = sign(rest);
            Some(Tag { opening: *opening, sign, start, end: self.source.len() - rest.len() })
        })
    }

    /// `{% raw %}` at a place: its sign, and where the raw text begins.
    fn raw_at(&self, start: usize) -> Option<(Sign, usize)> {
        let [begin, end] = &self.settings.block;
        let (sign, rest) = sign(self.source[start..].strip_prefix(&**begin)?);
        let rest = rest.trim_start().strip_prefix("raw")?.trim_start();
        let rest = match rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(&**end)) {
            Some(rest) => rest.trim_start(),
            None => rest.strip_prefix(&**end)?,
        };
        Some((sign, self.source.len() - rest.len()))
    }

    /// `{% endraw %}` at `from` or later: where it begins, its sign, and where it ends.
    pub(super) fn raw_end(&self, from: usize) -> Option<(usize, Sign, usize)> {
        let [begin, _] = &self.settings.block;
        self.source[from..].match_indices(&**begin).find_map(|(at, _)| {
            let (sign, rest) = sign(&self.source[from + at + begin.len()..]);
            let rest = rest.trim_start().strip_prefix("endraw")?.trim_start();
            let end = self.close(self.source.len() - rest.len(), &self.settings.block[1], true)?;
            Some((from + at, sign, end))
        })
    }

    /// Where a comment that began before `from` ends.
    pub(super) fn comment_end(&self, from: usize) -> Option<usize> {
        let close = &*self.settings.comment[1];
        let candidates = self.source[from..].char_indices().map(|(at, _)| from + at);
        candidates.into_iter().find_map(|at| self.close(at, close, true))
    }

    /// The end of a tag at a place: `%}`, `-%}` with the white space after it, and `+%}` where `signs` are taken. With
    /// `trim_blocks` a newline after a plain end goes with it.
    pub(super) fn close(&self, at: usize, text: &str, block: bool) -> Option<usize> {
        let rest = &self.source[at..];
        if let Some(rest) = rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(text)) {
            return Some(self.source.len() - rest.trim_start().len());
        }
        if block && let Some(rest) = rest.strip_prefix('+').and_then(|rest| rest.strip_prefix(text)) {
            return Some(self.source.len() - rest.len());
        }
        let rest = rest.strip_prefix(text)?;
        let trimmed = if block && self.settings.trim_blocks { rest.strip_prefix('\n') } else { None };
        Some(self.source.len() - trimmed.unwrap_or(rest).len())
    }

    fn at_line_begin(&self, at: usize) -> bool {
        at == 0 || self.source.as_bytes()[at - 1] == b'\n'
    }

    fn past(&self, from: usize, skip: fn(char) -> bool) -> usize {
        self.source.len() - self.source[from..].trim_start_matches(skip).len()
    }
}

fn sign(rest: &str) -> (Sign, &str) {
    match rest.as_bytes().first() {
        Some(b'-') => (Sign::Minus, &rest[1..]),
        Some(b'+') => (Sign::Plus, &rest[1..]),
        _ => (Sign::None, rest),
    }
}
