//! `'{} {name!r:>10}'.format(…)`.

use minijinja::{Error, Value};

use super::spec::Spec;
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::print;
use crate::language::jinja::run::{exception, item, lacking, usable};

/// The longest text that is made of a format.
pub(super) const LENGTH_LIMIT: usize = 16 << 20;

/// Python's `str.format`.
///
/// # Errors
/// As Python's.
pub(in crate::language::jinja) fn format(text: &str, args: &[Value]) -> Result<String, Error> {
    let arguments = Arguments::new("format", args);
    Fields { arguments: &arguments, automatic: 0, manual: false }.write(text, 2)
}

struct Fields<'a> {
    arguments: &'a Arguments<'a>,
    /// The position of the next field that names none.
    automatic: usize,
    manual: bool,
}

impl Fields<'_> {
    /// Writes a text with its fields; a field's format may itself hold fields, one level deep.
    fn write(&mut self, text: &str, depth: usize) -> Result<String, Error> {
        if depth == 0 {
            return Err(exception("Max string recursion exceeded"));
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(exception("Single '}' encountered in format string"));
            }
            let end = field_end(after)?;
            out.push_str(&self.field(&after[..end], depth)?);
            if out.len() > LENGTH_LIMIT {
                return Err(exception(format!("the text has more than {LENGTH_LIMIT} bytes")));
            }
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&mut self, field: &str, depth: usize) -> Result<String, Error> {
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = match head.split_once('!') {
            Some((name, conversion)) => (name, Some(conversion)),
            None => (head, None),
        };
        let mut value = self.value(name)?;
        usable(&value)?;
        match conversion {
            None => {}
            Some("r") => value = print::repr(&value).into(),
            Some("a") => value = ascii(&print::repr(&value)).into(),
            Some("s") => value = print::text(&value).into(),
            Some(other) => return Err(exception(format!("Unknown conversion specifier {other}"))),
        }
        let spec = if spec.contains('{') { self.write(spec, depth - 1)? } else { spec.to_owned() };
        if spec.is_empty() { Ok(print::text(&value)) } else { Spec::parse(&spec)?.write(&value) }
    }

    /// `0[key].name`
    fn value(&mut self, name: &str) -> Result<Value, Error> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let mut value = match first.parse::<usize>() {
            _ if first.is_empty() => {
                if self.manual {
                    return Err(exception(
                        "cannot switch from manual field specification to automatic field numbering",
                    ));
                }
                self.automatic += 1;
                self.positional(self.automatic - 1)?
            }
            Ok(position) => {
                if self.automatic > 0 {
                    return Err(exception(
                        "cannot switch from automatic field numbering to manual field specification",
                    ));
                }
                self.manual = true;
                self.positional(position)?
            }
            Err(_) => {
                let named = self.arguments.keyword().into_iter().find(|(known, _)| *known == first);
                let missing = || exception(print::repr(&Value::from(first)));
                named.map(|(_, value)| value).ok_or_else(missing)?
            }
        };
        while !rest.is_empty() {
            let (key, after) = match rest.strip_prefix('[') {
                Some(inner) => {
                    inner.split_once(']').ok_or_else(|| exception("Missing ']' in format string"))?
                }
                None => {
                    let inner = rest.strip_prefix('.').unwrap_or(rest);
                    inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
                }
            };
            if key.is_empty() {
                return Err(exception("Empty attribute in format string"));
            }
            let key = match key.parse::<i64>() {
                Ok(number) if rest.starts_with('[') => Value::from(number),
                _ => Value::from(key),
            };
            value = item(&value, &key)?.unwrap_or_else(|| lacking(&value, &key));
            usable(&value)?;
            rest = after;
        }
        Ok(value)
    }

    fn positional(&self, position: usize) -> Result<Value, Error> {
        let found = self.arguments.positional().get(position).cloned();
        found.ok_or_else(|| exception("tuple index out of range"))
    }
}

/// Where a field ends, over the fields in its format.
fn field_end(text: &str) -> Result<usize, Error> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Ok(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Err(exception(if text.is_empty() {
        "Single '{' encountered in format string"
    } else {
        "expected '}' before end of string"
    }))
}

/// What is past ASCII as an escape.
pub(super) fn ascii(text: &str) -> String {
    let escape = |c: char| match u32::from(c) {
        0..=0x7f => c.to_string(),
        code @ ..=0xff => format!("\\x{code:02x}"),
        code @ ..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    };
    text.chars().map(escape).collect()
}
