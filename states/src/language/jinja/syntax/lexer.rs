//! A template's text as tokens.

use super::SyntaxError;
use super::scan::{Opening, Scanner, Sign, Tag};
use super::settings::Settings;
use super::token::{Placed, Token};
use super::tree::Extent;

/// The longest first, so that `//` is not two of `/`.
static OPERATORS: [&str; 26] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
    "=", ".", ":", "|", ",", ";",
];

/// What ends a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Block,
    Variable,
    Line,
}

/// The tokens of a source in which every line end is a newline.
///
/// # Errors
/// A character that no token begins with, brackets that do not match, a comment without end.
pub(super) fn tokens(source: &str, settings: &Settings) -> Result<Vec<Placed>, SyntaxError> {
    let mut lexer = Lexer {
        source,
        settings,
        scanner: Scanner::new(source, settings),
        at: 0,
        line: 1,
        counted: 0,
        line_starting: true,
        out: Vec::new(),
    };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'s> {
    source: &'s str,
    settings: &'s Settings,
    scanner: Scanner<'s>,
    at: usize,
    /// The line of the place up to which lines have been counted.
    line: u32,
    counted: usize,
    /// Whether what was read last ended with a newline.
    line_starting: bool,
    out: Vec<Placed>,
}

impl Lexer<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        while let Some(tag) = self.scanner.next(self.at) {
            self.data(self.at, tag.start, tag.sign, tag.opening);
            let (start, end) = (tag.start, tag.end);
            self.at = end;
            self.line_starting = self.source[..end].ends_with('\n');
            match tag.opening {
                Opening::Variable => {
                    self.push(Token::VariableBegin, start);
                    self.tag(Within::Variable)?;
                }
                Opening::Block => {
                    self.push(Token::BlockBegin, start);
                    self.tag(Within::Block)?;
                }
                Opening::LineStatement => {
                    self.push(Token::BlockBegin, start);
                    self.tag(Within::Line)?;
                }
                Opening::LineComment => {
                    self.at = self.source[end..].find('\n').map_or(self.source.len(), |at| end + at);
                    self.line_starting = false;
                }
                Opening::Comment => match self.scanner.comment_end(end) {
                    Some(close) => self.skip_to(close),
                    None => return Err(self.unended(&tag, "Missing end of comment tag")),
                },
                Opening::Raw => self.raw(&tag)?,
            }
        }
        self.data(self.at, self.source.len(), Sign::Plus, Opening::Block);
        self.push(Token::End, self.source.len());
        Ok(())
    }

    fn raw(&mut self, tag: &Tag) -> Result<(), SyntaxError> {
        let Some((close, sign, end)) = self.scanner.raw_end(tag.end) else {
            return Err(self.unended(tag, "Missing end of raw directive"));
        };
        self.data(tag.end, close, sign, Opening::Raw);
        self.skip_to(end);
        Ok(())
    }

    /// An error about a tag that begins what never ends.
    fn unended(&mut self, tag: &Tag, message: &str) -> SyntaxError {
        SyntaxError::new(message, self.line_of(tag.end), Extent::new(tag.start, tag.end))
    }

    fn skip_to(&mut self, at: usize) {
        self.at = at;
        self.line_starting = self.source[..at].ends_with('\n');
    }

    /// The text before a tag, without the white space that the tag takes away.
    fn data(&mut self, start: usize, end: usize, sign: Sign, opening: Opening) {
        let text = &self.source[start..end];
        let kept = match sign {
            Sign::Minus => text.trim_end(),
            Sign::None if self.settings.lstrip_blocks && opening != Opening::Variable => {
                let line = text.rfind('\n').map_or(0, |at| at + 1);
                let blank = !text[line..].is_empty() && text[line..].chars().all(char::is_whitespace);
                if blank && (line > 0 || self.line_starting) { &text[..line] } else { text }
            }
            _ => text,
        };
        if !kept.is_empty() {
            let newline = &*self.settings.newline_sequence;
            let data = if newline == "\n" { kept.to_owned() } else { kept.replace('\n', newline) };
            self.push(Token::Data(data), start);
        }
    }

    /// What stands in a tag, and its end.
    fn tag(&mut self, within: Within) -> Result<(), SyntaxError> {
        let mut brackets: Vec<&str> = Vec::new();
        loop {
            if brackets.is_empty() && self.end_of(within) {
                return Ok(());
            }
            let rest = &self.source[self.at..];
            let Some(c) = rest.chars().next() else { return Ok(()) };
            if c.is_whitespace() {
                self.at = self.source.len() - rest.trim_start().len();
                continue;
            }
            let start = self.at;
            let token = match self.token(rest, c)? {
                Some(token) => token,
                None => {
                    let shown = common::value::Value::from(c.to_string()).repr();
                    let position = self.source[..start].chars().count();
                    return Err(self.error(start, format!("unexpected char {shown} at {position}")));
                }
            };
            if let Token::Operator(operator) = token {
                match operator {
                    "{" => brackets.push("}"),
                    "(" => brackets.push(")"),
                    "[" => brackets.push("]"),
                    "}" | ")" | "]" => match brackets.pop() {
                        None => return Err(self.error(start, format!("unexpected '{operator}'"))),
                        Some(expected) if expected != operator => {
                            let message = format!("unexpected '{operator}', expected '{expected}'");
                            return Err(self.error(start, message));
                        }
                        Some(_) => {}
                    },
                    _ => {}
                }
            }
            self.push(token, start);
        }
    }

    /// Reads the end of the tag if it stands here.
    fn end_of(&mut self, within: Within) -> bool {
        let start = self.at;
        let (end, token) = match within {
            Within::Block => (self.scanner.close(start, &self.settings.block[1], true), Token::BlockEnd),
            Within::Variable => {
                (self.scanner.close(start, &self.settings.variable[1], false), Token::VariableEnd)
            }
            Within::Line => {
                let rest = &self.source[start..];
                let blank = rest.len() - rest.trim_start().len();
                let end = match rest[..blank].rfind('\n') {
                    Some(newline) => Some(start + newline + 1),
                    None => (blank == rest.len()).then_some(self.source.len()),
                };
                (end, Token::BlockEnd)
            }
        };
        let Some(end) = end else { return false };
        self.push(token, start);
        self.skip_to(end);
        true
    }

    /// The token that begins here; moves past it.
    fn token(&mut self, rest: &str, c: char) -> Result<Option<Token>, SyntaxError> {
        let start = self.at;
        if c.is_ascii_digit() {
            let dotted = self.source[..start].ends_with('.');
            if let Some(length) = float_length(rest).filter(|_| !dotted) {
                self.at += length;
                return Ok(rest[..length].replace('_', "").parse().ok().map(Token::Float));
            }
            return match integer(rest) {
                Some((value, length)) => {
                    self.at += length;
                    value.map(|value| Some(Token::Integer(value))).ok_or_else(|| {
                        self.error(start, format!("the integer {} is past 128 bits", &rest[..length]))
                    })
                }
                None => Ok(None),
            };
        }
        if c.is_alphanumeric() || c == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            self.at += length;
            if c.is_numeric() {
                return Err(self.error(start, "Invalid character in identifier"));
            }
            return Ok(Some(Token::Name(rest[..length].into())));
        }
        if c == '\'' || c == '"' {
            let Some(length) = text_length(rest, c) else { return Ok(None) };
            self.at += length;
            return match unescape(&rest[1..length - 1], &self.settings.newline_sequence) {
                Ok(text) => Ok(Some(Token::Text(text))),
                Err(message) => Err(self.error(start, message)),
            };
        }
        let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
        self.at += operator.map_or(0, |operator| operator.len());
        Ok(operator.map(|operator| Token::Operator(operator)))
    }

    fn push(&mut self, token: Token, offset: usize) {
        let line = self.line_of(offset);
        self.out.push(Placed { token, line, offset, end: self.at.max(offset) });
    }

    fn line_of(&mut self, offset: usize) -> u32 {
        if offset > self.counted {
            let newlines = self.source[self.counted..offset].matches('\n').count();
            self.line = self.line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
            self.counted = offset;
        }
        self.line
    }

    /// An error at a place, about as many bytes as there are up to the current place.
    fn error(&mut self, offset: usize, message: impl Into<String>) -> SyntaxError {
        let first = self.source[offset..].chars().next().map_or(0, char::len_utf8);
        let extent = Extent::new(offset, self.at.max(offset + first));
        SyntaxError::new(message, self.line_of(offset), extent)
    }
}

/// The digits that begin a text, which single underscores may stand between.
fn digits(text: &str, radix: u32) -> usize {
    let mut length = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let underscore = c == '_' && length > 0 && rest.peek().is_some_and(|next| next.is_digit(radix));
        if !c.is_digit(radix) && !underscore {
            break;
        }
        length += 1;
    }
    length
}

/// How long the float is that begins here, if one does: it needs a fraction or an exponent.
fn float_length(text: &str) -> Option<usize> {
    let whole = digits(text, 10);
    let rest = &text[whole..];
    let fraction = match rest.strip_prefix('.').map(|rest| digits(rest, 10)) {
        Some(length) if length > 0 => length + 1,
        _ => 0,
    };
    let rest = &rest[fraction..];
    let exponent = match rest.strip_prefix(['e', 'E']) {
        Some(after) => {
            let sign = usize::from(after.starts_with(['+', '-']));
            match digits(&after[sign..], 10) {
                0 => 0,
                length => 1 + sign + length,
            }
        }
        None => 0,
    };
    (fraction + exponent > 0).then_some(whole + fraction + exponent)
}

/// The integer that begins here and its length; no value when it is too large.
fn integer(text: &str) -> Option<(Option<i128>, usize)> {
    for (prefixes, radix) in [(["0b", "0B"], 2), (["0o", "0O"], 8), (["0x", "0X"], 16)] {
        if let Some(rest) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            let skipped = usize::from(rest.starts_with('_'));
            let length = digits(&rest[skipped..], radix);
            if length > 0 {
                let clean = rest[skipped..skipped + length].replace('_', "");
                return Some((i128::from_str_radix(&clean, radix).ok(), 2 + skipped + length));
            }
        }
    }
    let length = match text.starts_with('0') {
        true => text.len() - text.trim_start_matches(['0', '_']).len(),
        false => digits(text, 10),
    };
    (length > 0).then(|| (text[..length].replace('_', "").parse().ok(), length))
}

/// How long the quoted text is, with its quotes.
fn text_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Python's escapes.
fn unescape(text: &str, newline: &str) -> Result<String, String> {
    if !text.contains(['\\', '\n']) {
        return Ok(text.into());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str(newline),
            '\\' => match rest.next() {
                None => return Err("\\ at end of string".into()),
                Some('\n') => {}
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('a') => out.push('\u{7}'),
                Some('b') => out.push('\u{8}'),
                Some('f') => out.push('\u{c}'),
                Some('v') => out.push('\u{b}'),
                Some(c @ ('\\' | '\'' | '"')) => out.push(c),
                Some(kind @ ('x' | 'u' | 'U')) => {
                    let width = match kind {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let digits: String =
                        rest.clone().take(width).take_while(char::is_ascii_hexdigit).collect();
                    let code = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == width);
                    let Some(c) = code.and_then(char::from_u32) else {
                        return Err(format!("truncated \\{kind}{} escape", "X".repeat(width)));
                    };
                    rest.by_ref().take(width).for_each(drop);
                    out.push(c);
                }
                Some(c @ '0'..='7') => {
                    let mut code = c.to_digit(8).unwrap_or(0);
                    for _ in 0..2 {
                        match rest.clone().next().and_then(|c| c.to_digit(8)) {
                            Some(digit) => {
                                code = code * 8 + digit;
                                rest.next();
                            }
                            None => break,
                        }
                    }
                    out.extend(char::from_u32(code));
                }
                Some(c) => {
                    out.push('\\');
                    out.push(c);
                }
            },
            c => out.push(c),
        }
    }
    Ok(out)
}
