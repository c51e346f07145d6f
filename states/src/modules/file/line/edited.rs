//! Where a line is put, and what becomes of the lines around it.
//!
//! A text that ends with a line end is edited as if an empty line followed. What is put in gets the line end of its
//! neighbour afterwards, and the empty line goes again.

use common::regex::{Flags, Subject, compile};

use super::super::lines::{decode, split_bytes_keeping};

/// What is to be done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It stands beside another, or is put there.
    Ensure,
    /// It is put in.
    Insert,
    /// It takes the place of the first line that is found.
    Replace,
    /// The first line that is found is taken out, and all that are equal to it.
    Delete,
}

/// Where a line is put in, if not before or after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// As if no location were given, but for the demand that something says where.
    Beside,
    /// Before all others.
    Start,
    /// After all others.
    End,
    /// A place that is not known: nothing is put in.
    Nowhere,
}

/// A line and what is to be done with it. Empty patterns find nothing.
pub(super) struct Wish<'a> {
    pub(super) mode: Mode,
    /// The line.
    pub(super) content: &'a str,
    /// What it replaces, or what is taken out.
    pub(super) pattern: &'a str,
    /// Where it is put in.
    pub(super) location: Option<Location>,
    /// The one line before which it stands.
    pub(super) before: &'a str,
    /// The one line after which it stands.
    pub(super) after: &'a str,
    /// Whether it begins with the white space of its neighbour.
    pub(super) indent: bool,
}

/// The places of the lines that a pattern finds; `None` where there is no pattern or no line.
type Found = Option<Vec<usize>>;

impl Wish<'_> {
    /// The lines of the new text. A content of several lines is one of them.
    ///
    /// # Errors
    /// In Salt's words, when it can't be told where the line belongs.
    pub(super) fn edited(&self, old: &str) -> Result<Vec<String>, String> {
        // The bytes come from a text and are cut beside ASCII only.
        let mut lines: Vec<String> = split_bytes_keeping(old.as_bytes()).into_iter().map(decode).collect();
        if lines.last().is_some_and(|last| !end_of(last).is_empty()) {
            lines.push(String::new());
        }
        let after = found(&lines, self.after)?;
        let before = found(&lines, self.before)?;
        let matching = found(&lines, self.pattern)?;
        let first = matching.and_then(|places| places.first().copied());
        match (self.mode, first) {
            (Mode::Delete, Some(first)) => {
                let line = lines[first].clone();
                lines.retain(|other| *other != line);
            }
            (Mode::Replace, Some(first)) => lines[first] = self.indented(&lines[first]),
            (Mode::Delete | Mode::Replace, None) => {}
            (Mode::Insert, _) => self.insert(&mut lines, before, after)?,
            (Mode::Ensure, _) => self.ensure(&mut lines, before, after)?,
        }
        end_lines(&mut lines);
        Ok(lines)
    }

    fn insert(&self, lines: &mut Vec<String>, before: Found, after: Found) -> Result<(), String> {
        match self.location {
            None if before.is_none() && after.is_none() => {
                return Err(
                    "On insert either \"location\" or \"before/after\" conditions are required.".into()
                );
            }
            None | Some(Location::Beside) => {}
            Some(Location::Nowhere) => return Ok(()),
            Some(Location::End) => {
                let line = lines.last().map_or_else(|| self.content.into(), |last| self.indented(last));
                lines.push(line);
                return Ok(());
            }
            Some(Location::Start) => {
                let line = match lines.first() {
                    Some(first) => with_end(self.content, end_of(first)),
                    None => format!("{}\n", self.content),
                };
                lines.insert(0, line);
                return Ok(());
            }
        }
        match (some(before), some(after)) {
            (Some(before), Some(after)) => {
                let before = one(&before, "before")?;
                one(&after, "after")?;
                lines.insert(before, self.indented(&lines[before]));
            }
            (None, Some(after)) => self.put_after(lines, one(&after, "after")?),
            (Some(before), None) => {
                let before = one(&before, "before")?;
                // The line before the first is the last one.
                let previous = before.checked_sub(1).unwrap_or(lines.len() - 1);
                if !self.is(&lines[previous]) {
                    lines.insert(before, self.indented(&lines[before]));
                }
            }
            (None, None) => return Err("Neither before or after was found in file".into()),
        }
        Ok(())
    }

    fn ensure(&self, lines: &mut Vec<String>, before: Found, after: Found) -> Result<(), String> {
        match (some(before), some(after)) {
            (Some(before), Some(after)) => {
                let after = one(&after, "after")?;
                let before = one(&before, "before")?;
                if lines.iter().any(|line| without_start(line) == self.content) {
                    return Ok(());
                }
                let line = self.indented(&lines[after]);
                match before.checked_sub(after) {
                    Some(1) => lines.insert(after + 1, line),
                    Some(2) => lines[after + 1] = line,
                    _ => {
                        return Err(
                            "Found more than one line between boundaries \"before\" and \"after\".".into()
                        );
                    }
                }
            }
            (None, Some(after)) => self.put_after(lines, one(&after, "after")?),
            (Some(before), None) => {
                let before = one(&before, "before")?;
                let previous = before.checked_sub(1).unwrap_or(lines.len() - 1);
                if before == 0 || !self.is(&lines[previous]) {
                    lines.insert(before, self.indented(&lines[previous]));
                }
            }
            (None, None) => {
                return Err(
                    "Wrong conditions? Unable to ensure line without knowing where to put it before \
                            and/or after."
                        .into(),
                );
            }
        }
        Ok(())
    }

    /// Puts the line after another one, unless it stands there.
    fn put_after(&self, lines: &mut Vec<String>, after: usize) {
        if !lines.get(after + 1).is_some_and(|next| self.is(next)) {
            lines.insert(after + 1, self.indented(&lines[after]));
        }
    }

    /// Whether a line is this one, whatever ends it.
    fn is(&self, line: &str) -> bool {
        without_end(line) == without_end(self.content)
    }

    /// The line with the white space that its neighbour begins with.
    fn indented(&self, neighbour: &str) -> String {
        if !self.indent {
            return self.content.into();
        }
        let space = neighbour.len() - neighbour.trim_start_matches(['\t', ' ']).len();
        format!("{}{}", &neighbour[..space], without_start(self.content))
    }
}

/// The lines in which a pattern is found, as a regular expression or as it stands.
fn found(lines: &[String], pattern: &str) -> Result<Found, String> {
    if lines.is_empty() || pattern.is_empty() {
        return Ok(None);
    }
    let flags = Flags { dot_all: true, ..Flags::default() };
    let regex = compile(pattern, flags, Subject::Text).map_err(|error| error.to_string())?;
    let mut places = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if regex.is_match(line).map_err(|error| error.to_string())? || line.contains(pattern) {
            places.push(place);
        }
    }
    Ok(Some(places))
}

/// The lines found, if any.
fn some(found: Found) -> Found {
    found.filter(|places| !places.is_empty())
}

/// The place of a line that must be the only one.
fn one(places: &[usize], what: &str) -> Result<usize, String> {
    match places {
        [place] => Ok(*place),
        _ => Err(format!("Found more than expected occurrences in \"{what}\" expression")),
    }
}

/// Gives every line but the last an end, and takes an empty last one away.
fn end_lines(lines: &mut Vec<String>) {
    for place in 0..lines.len().saturating_sub(1) {
        if end_of(&lines[place]).is_empty() {
            // Salt's choice of the neighbour; the second line is its own.
            let neighbour = if place < 2 { 1 } else { place - 1 };
            lines[place] = with_end(&lines[place], end_of(&lines[neighbour]));
        }
    }
    lines.pop_if(|last| last.is_empty());
}

/// What ends a line; an empty line after its end belongs to the text.
fn end_of(line: &str) -> &'static str {
    let line = line.strip_suffix('\n').filter(|shorter| shorter.ends_with('\n')).unwrap_or(line);
    ["\r\n", "\n", "\r"].into_iter().find(|end| line.ends_with(end)).unwrap_or_default()
}

/// A line with another end, `\n` where none is given.
fn with_end(line: &str, end: &str) -> String {
    format!("{}{}", line.trim_end_matches(is_space), if end.is_empty() { "\n" } else { end })
}

fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

fn without_start(line: &str) -> &str {
    line.trim_start_matches(is_space)
}

/// What is white space to Python.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}
