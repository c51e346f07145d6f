//! Python's `re.sub`: the language of the replacement (`\1`, `\g<name>`, `\n`; `$1` is literal) and the walk.

use fancy_regex::{Captures, Regex};

use super::PatternError;

/// A replacement as `re.sub` takes it, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Vec<u8>),
    Group(usize),
    Name(String),
}

/// What to put in place of a match.
#[derive(Clone, Copy, Debug)]
pub enum Replacement<'a> {
    /// With group references and escapes.
    Template(&'a Template),
    /// As it is.
    Literal(&'a str),
}

impl Template {
    /// Parses a replacement.
    ///
    /// # Errors
    /// On an escape that Python does not know, or a group reference that is not closed.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let fail = |reason: String| PatternError::Syntax { pattern: text.into(), reason };
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            literal.extend_from_slice(&rest.as_bytes()[..at]);
            rest = &rest[at + 1..];
            let Some(c) = rest.chars().next() else {
                return Err(fail("it ends in a lone backslash: write `\\\\`".into()));
            };
            let simple = match c {
                'n' => Some(b'\n'),
                't' => Some(b'\t'),
                'r' => Some(b'\r'),
                'a' => Some(7),
                'b' => Some(8),
                'f' => Some(12),
                'v' => Some(11),
                '\\' => Some(b'\\'),
                _ => None,
            };
            if let Some(byte) = simple {
                literal.push(byte);
                rest = &rest[1..];
            } else if c == 'g' {
                let name = rest[1..].strip_prefix('<').and_then(|rest| rest.split_once('>'));
                let Some((name, after)) = name else {
                    return Err(fail("`\\g` needs a group, such as `\\g<1>`".into()));
                };
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                pieces.push(name.parse().map_or_else(|_| Piece::Name(name.into()), Piece::Group));
                rest = after;
            } else if c.is_ascii_digit() {
                let digits: String = rest.chars().take(3).take_while(char::is_ascii_digit).collect();
                let octal = digits.bytes().all(|digit| digit < b'8');
                if c == '0' || (digits.len() == 3 && octal) {
                    let digits: String = digits.chars().take_while(|digit| *digit < '8').collect();
                    let code = u32::from_str_radix(&digits, 8).unwrap_or(0) & 0xff;
                    let mut buffer = [0; 4];
                    let text = char::from_u32(code).unwrap_or('\0').encode_utf8(&mut buffer);
                    literal.extend_from_slice(text.as_bytes());
                    rest = &rest[digits.len()..];
                } else {
                    let digits = &digits[..digits.len().min(2)];
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    pieces.push(Piece::Group(digits.parse().unwrap_or(0)));
                    rest = &rest[digits.len()..];
                }
            } else if c.is_ascii_alphabetic() {
                return Err(fail(format!("bad escape \\{c} in the replacement")));
            } else {
                // The backslash stays, as in Python.
                literal.push(b'\\');
                literal.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[c.len_utf8()..];
            }
        }
        literal.extend_from_slice(rest.as_bytes());
        pieces.push(Piece::Literal(literal));
        Ok(Self(pieces))
    }

    fn check(&self, regex: &Regex) -> Result<(), PatternError> {
        let unknown = |group: String| PatternError::Syntax {
            pattern: regex.as_str().into(),
            reason: format!("the replacement names the group {group}, which the pattern does not have"),
        };
        for piece in &self.0 {
            match piece {
                Piece::Group(number) if *number >= regex.captures_len() => {
                    return Err(unknown(number.to_string()));
                }
                Piece::Name(name) if !regex.capture_names().flatten().any(|known| known == name) => {
                    return Err(unknown(format!("`{name}`")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Python's `re.sub` on text: replaces the first `count` matches, all where `count` is 0.
///
/// # Errors
/// When the replacement names a group that is not there, or the search is given up.
pub fn substitute(
    regex: &Regex,
    text: &str,
    replacement: Replacement<'_>,
    count: usize,
) -> Result<(String, usize), PatternError> {
    let mut out = String::with_capacity(text.len());
    let done = walk(regex, text, replacement, count, |captures| {
        let group = |at: Option<fancy_regex::Match<'_>>| at.map_or_else(Vec::new, |at| at.as_str().into());
        let whole = captures.get(0).map_or((0, 0), |at| (at.start(), at.end()));
        (whole, expand(replacement, |number| group(captures.get(number)), |name| group(captures.name(name))))
    })?;
    let mut at = 0;
    for ((start, end), with) in &done {
        out.push_str(&text[at..*start]);
        out.push_str(&String::from_utf8_lossy(with));
        at = *end;
    }
    out.push_str(&text[at..]);
    Ok((out, done.len()))
}

/// Python's `re.sub` on bytes, for a pattern compiled for [`super::Subject::Bytes`].
///
/// # Errors
/// See [`substitute`].
pub fn substitute_bytes(
    regex: &Regex,
    bytes: &[u8],
    replacement: Replacement<'_>,
    count: usize,
) -> Result<(Vec<u8>, usize), PatternError> {
    let mut out = Vec::with_capacity(bytes.len());
    let done = walk(regex, bytes, replacement, count, |captures| {
        let group =
            |at: Option<fancy_regex::MatchBytes<'_>>| at.map_or_else(Vec::new, |at| at.as_bytes().into());
        let whole = captures.get(0).map_or((0, 0), |at| (at.start(), at.end()));
        (whole, expand(replacement, |number| group(captures.get(number)), |name| group(captures.name(name))))
    })?;
    let mut at = 0;
    for ((start, end), with) in &done {
        out.extend_from_slice(&bytes[at..*start]);
        out.extend_from_slice(with);
        at = *end;
    }
    out.extend_from_slice(&bytes[at..]);
    Ok((out, done.len()))
}

/// How many bytes all that is put in may have together.
pub(super) const LENGTH_LIMIT: usize = 64 << 20;

type Change = ((usize, usize), Vec<u8>);

/// Collects what to put where, over the matches in their order.
fn walk<'t, S: fancy_regex::Input + ?Sized>(
    regex: &Regex,
    subject: &'t S,
    replacement: Replacement<'_>,
    count: usize,
    change: impl Fn(&Captures<'t, S>) -> Change,
) -> Result<Vec<Change>, PatternError> {
    if let Replacement::Template(template) = replacement {
        template.check(regex)?;
    }
    let mut done = Vec::new();
    let mut length = 0;
    for captures in regex.captures_iter(subject) {
        let captures = captures.map_err(|_| PatternError::TooSlow(regex.as_str().into()))?;
        let change = change(&captures);
        length += change.1.len();
        if length > LENGTH_LIMIT {
            return Err(PatternError::TooLarge);
        }
        done.push(change);
        if count > 0 && done.len() == count {
            break;
        }
    }
    Ok(done)
}

fn expand(
    replacement: Replacement<'_>,
    by_number: impl Fn(usize) -> Vec<u8>,
    by_name: impl Fn(&str) -> Vec<u8>,
) -> Vec<u8> {
    match replacement {
        Replacement::Literal(text) => text.into(),
        Replacement::Template(Template(pieces)) => {
            let mut out = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(bytes) => out.extend_from_slice(bytes),
                    Piece::Group(number) => out.extend(by_number(*number)),
                    Piece::Name(name) => out.extend(by_name(name)),
                }
            }
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, Subject, compile};
    use super::*;

    fn sub(pattern: &str, with: &str, text: &str) -> String {
        let regex = compile(pattern, Flags::default(), Subject::Text).unwrap();
        let template = Template::parse(with).unwrap();
        substitute(&regex, text, Replacement::Template(&template), 0).unwrap().0
    }

    #[test]
    fn replacements_are_pythons() {
        assert_eq!(sub("(a)(b)", r"\2\1", "ab ab"), "ba ba");
        assert_eq!(sub("(?P<x>a)", r"\g<x>\g<1>0", "a"), "aa0");
        assert_eq!(sub("a", r"$1\n\\\.", "a"), "$1\n\\\\.");
        assert_eq!(sub("a", r"\101\0", "a"), "A\0");
    }

    #[test]
    fn a_group_that_is_not_there_is_an_error() {
        let regex = compile("a", Flags::default(), Subject::Text).unwrap();
        let template = Template::parse(r"\1").unwrap();
        assert!(substitute(&regex, "a", Replacement::Template(&template), 0).is_err());
        assert!(Template::parse(r"\q").is_err());
        assert!(Template::parse("\\").is_err());
    }

    #[test]
    fn counts_and_bytes() {
        let regex = compile("a", Flags::default(), Subject::Bytes).unwrap();
        let (out, done) = substitute_bytes(&regex, b"a\xffaa", Replacement::Literal("b"), 2).unwrap();
        assert_eq!((out.as_slice(), done), (b"b\xffba".as_slice(), 2));
    }
}
