//! Methods of strings.

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

use super::{clamp_index, dict_entries};
use crate::language::jinja::arguments::Arguments;
use crate::language::jinja::budget;
use crate::language::jinja::print;
use crate::language::jinja::values::{items_of, list, pairs_of, tuple};

/// The longest text a method may make: a width or a count is a number in a template, and may be any.
const LENGTH_LIMIT: usize = 16 << 20;

/// Calls a method of a string.
pub(super) fn call(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = Arguments::new(method, args);
    let all = |of: fn(char) -> bool| Ok(Value::from(!text.is_empty() && text.chars().all(of)));
    match method {
        "upper" => Ok(text.to_uppercase().into()),
        "lower" => Ok(text.to_lowercase().into()),
        "casefold" => Ok(text.to_lowercase().replace('ß', "ss").into()),
        "title" => Ok(title(text).into()),
        "capitalize" => Ok(capitalize(text).into()),
        "swapcase" => Ok(text.chars().map(swap_case).collect::<String>().into()),
        "strip" | "lstrip" | "rstrip" => strip(text, &arguments),
        "startswith" | "endswith" => affix(text, &arguments),
        "removeprefix" => Ok(text.strip_prefix(&*arguments.text(0, "prefix")?).unwrap_or(text).into()),
        "removesuffix" => Ok(text.strip_suffix(&*arguments.text(0, "suffix")?).unwrap_or(text).into()),
        "replace" => replace(text, &arguments),
        "split" | "rsplit" => split(text, &arguments),
        "splitlines" => Ok(list(lines(text, arguments.flag(0, "keepends", false)))),
        "partition" | "rpartition" => partition(text, &arguments),
        "join" => join(text, &arguments),
        "find" | "rfind" | "index" | "rindex" => find(text, &arguments),
        "count" => {
            let what = arguments.text(0, "sub")?;
            let within = slice(text, arguments.optional_int(1, "start")?, arguments.optional_int(2, "end")?);
            Ok(match &*what {
                "" => within.chars().count() + 1,
                what => within.matches(what).count(),
            }
            .into())
        }
        "zfill" | "center" | "ljust" | "rjust" => pad(text, &arguments),
        "expandtabs" => {
            let size = usize::try_from(arguments.optional_int(0, "tabsize")?.unwrap_or(8)).unwrap_or(0);
            fits(&arguments, text.len().saturating_add(text.matches('\t').count().saturating_mul(size)))?;
            Ok(expand_tabs(text, size).into())
        }
        "format" => super::format(text, args).map(Value::from),
        "format_map" => {
            let pairs = dict_entries(&arguments.required(0, "mapping")?)?;
            let named = pairs.into_iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)));
            super::format(text, &[Kwargs::from_iter(named).into()]).map(Value::from)
        }
        "encode" => Ok(Value::from_bytes(text.as_bytes().to_vec())),
        "isdigit" | "isdecimal" | "isnumeric" => all(char::is_numeric),
        "isprintable" => Ok((!text.chars().any(|c| c.is_control() || c != ' ' && c.is_whitespace())).into()),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        "isascii" => Ok(text.is_ascii().into()),
        "islower" => Ok(cased(text, char::is_lowercase, char::is_uppercase)),
        "isupper" => Ok(cased(text, char::is_uppercase, char::is_lowercase)),
        "istitle" => Ok((text.chars().any(char::is_alphabetic) && title(text) == text).into()),
        "isidentifier" => Ok((!text.starts_with(|c: char| c.is_numeric())
            && !text.is_empty()
            && text.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .into()),
        "translate" => translate(text, &arguments),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Refuses a result of more bytes than one may have.
fn fits(arguments: &Arguments<'_>, bytes: usize) -> Result<(), Error> {
    match bytes > LENGTH_LIMIT {
        true => Err(arguments.error(format!("the result has more than {LENGTH_LIMIT} bytes"))),
        false => Ok(()),
    }
}

fn cased(text: &str, wanted: fn(char) -> bool, unwanted: fn(char) -> bool) -> Value {
    (text.chars().any(wanted) && !text.chars().any(unwanted)).into()
}

fn swap_case(c: char) -> char {
    if c.is_lowercase() { c.to_uppercase().next().unwrap_or(c) } else { c.to_lowercase().next().unwrap_or(c) }
}

/// Upper case for each letter that does not follow a letter, lower case for the rest.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = false;
    for c in text.chars() {
        if within {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        within = c.is_alphabetic();
    }
    out
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

fn strip(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(1)?;
    let chars = arguments.optional_text(0, "chars")?;
    let wanted = |c: char| match &chars {
        Some(chars) => chars.contains(c),
        None => c.is_whitespace(),
    };
    let mut rest = text;
    if arguments.name() != "rstrip" {
        rest = rest.trim_start_matches(wanted);
    }
    if arguments.name() != "lstrip" {
        rest = rest.trim_end_matches(wanted);
    }
    Ok(rest.into())
}

fn affix(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let within = slice(text, arguments.optional_int(1, "start")?, arguments.optional_int(2, "end")?);
    let matches = |affix: &str| {
        if arguments.name() == "startswith" { within.starts_with(affix) } else { within.ends_with(affix) }
    };
    let wanted = arguments.required(0, "prefix")?;
    if let Some(affix) = wanted.as_str() {
        return Ok(matches(affix).into());
    }
    if !wanted.is_tuple() {
        return Err(
            arguments.error(format!("first arg must be str or a tuple of str, not {}", print::repr(&wanted)))
        );
    }
    Ok(items_of(&wanted)?.iter().any(|affix| affix.as_str().is_some_and(matches)).into())
}

fn replace(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let (old, new) = (arguments.text(0, "old")?, arguments.text(1, "new")?);
    let count = arguments.optional_int(2, "count")?.unwrap_or(-1);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let found = text.matches(&*old).take(count).count();
    fits(arguments, text.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(text.replacen(&*old, &new, count).into())
}

fn split(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(2)?;
    let limit = arguments.optional_int(1, "maxsplit")?.unwrap_or(-1);
    let parts = usize::try_from(limit).map_or(usize::MAX, |limit| limit.saturating_add(1));
    let from_end = arguments.name() == "rsplit";
    let items: Vec<Value> = match arguments.optional_text(0, "sep")? {
        Some(separator) if separator.is_empty() => return Err(arguments.error("empty separator")),
        Some(separator) if from_end => {
            let mut items: Vec<_> = text.rsplitn(parts, &*separator).map(Value::from).collect();
            items.reverse();
            items
        }
        Some(separator) => text.splitn(parts, &*separator).map(Value::from).collect(),
        None if from_end => {
            let last =
                |rest: &'_ str| rest.rfind(char::is_whitespace).map_or(0, |at| at + width_at(rest, at));
            let mut items = words(text.trim_end(), parts, |rest| {
                let at = last(rest);
                (&rest[at..], rest[..at].trim_end())
            });
            items.reverse();
            items
        }
        None => words(text.trim_start(), parts, |rest| {
            let at = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (&rest[..at], rest[at..].trim_start())
        }),
    };
    Ok(list(items))
}

/// Splits at white space; `take` gives one word and what is left, in one of the two directions.
fn words<'a>(text: &'a str, parts: usize, take: impl Fn(&'a str) -> (&'a str, &'a str)) -> Vec<Value> {
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if items.len() + 1 >= parts {
            items.push(Value::from(rest));
            break;
        }
        let (word, left) = take(rest);
        items.push(Value::from(word));
        rest = left;
    }
    items
}

/// The width of the character at a byte offset.
fn width_at(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The lines, at any of the line ends that Python knows.
fn lines(text: &str, keep: bool) -> Vec<Value> {
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| {
            matches!(
                c,
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
            )
        });
        let Some(end) = end else {
            items.push(Value::from(rest));
            break;
        };
        let width = if rest[end..].starts_with("\r\n") { 2 } else { width_at(rest, end) };
        items.push(Value::from(if keep { &rest[..end + width] } else { &rest[..end] }));
        rest = &rest[end + width..];
    }
    items
}

fn partition(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(1)?;
    let separator = arguments.text(0, "sep")?;
    if separator.is_empty() {
        return Err(arguments.error("empty separator"));
    }
    let parts = if arguments.name() == "partition" {
        text.split_once(&*separator).map_or([text, "", ""], |(before, after)| [before, &separator, after])
    } else {
        text.rsplit_once(&*separator).map_or(["", "", text], |(before, after)| [before, &separator, after])
    };
    Ok(tuple(parts.into_iter().map(Value::from).collect()))
}

fn join(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(1)?;
    let mut out = String::new();
    for (position, item) in items_of(&arguments.required(0, "iterable")?)?.iter().enumerate() {
        let Some(item) = item.as_str() else {
            return Err(arguments.error(format!(
                "sequence item {position}: expected str instance, {} found",
                print::type_name(item)
            )));
        };
        if position > 0 {
            out.push_str(text);
        }
        out.push_str(item);
        fits(arguments, out.len())?;
    }
    Ok(out.into())
}

fn find(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(3)?;
    let what = arguments.text(0, "sub")?;
    let start = arguments.optional_int(1, "start")?;
    let within = slice(text, start, arguments.optional_int(2, "end")?);
    let at = if arguments.name().starts_with('r') { within.rfind(&*what) } else { within.find(&*what) };
    match at {
        Some(at) => {
            let skipped = start.map_or(0, |start| clamp_index(start, text.chars().count()));
            Ok((skipped + within[..at].chars().count()).into())
        }
        None if arguments.name().ends_with("index") => Err(arguments.error("substring not found")),
        None => Ok((-1).into()),
    }
}

/// `text[start:end]`.
fn slice(text: &str, start: Option<i64>, end: Option<i64>) -> &str {
    if start.is_none() && end.is_none() {
        return text;
    }
    let length = text.chars().count();
    let start = start.map_or(0, |start| clamp_index(start, length));
    let end = end.map_or(length, |end| clamp_index(end, length)).max(start);
    let offset = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(offset, _)| offset);
    &text[offset(start)..offset(end)]
}

fn pad(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    arguments.at_most(2)?;
    let width = usize::try_from(arguments.int(0, "width")?).unwrap_or(0);
    if width > LENGTH_LIMIT {
        return Err(arguments.error(format!("a width may be at most {LENGTH_LIMIT}")));
    }
    let missing = width.saturating_sub(text.chars().count());
    let fill = match arguments.optional_text(1, "fillchar")? {
        Some(fill) if fill.chars().count() == 1 => fill,
        Some(_) => return Err(arguments.error("The fill character must be exactly one character long")),
        None => " ".into(),
    };
    Ok(match arguments.name() {
        "ljust" => format!("{text}{}", fill.repeat(missing)),
        "rjust" => format!("{}{text}", fill.repeat(missing)),
        "center" => {
            // CPython puts the odd one to the left when the width is odd.
            let left = missing / 2 + (missing & width & 1);
            format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))
        }
        _ => match text.strip_prefix(['-', '+']) {
            Some(digits) => format!("{}{}{digits}", &text[..1], "0".repeat(missing)),
            None => format!("{}{text}", "0".repeat(missing)),
        },
    }
    .into())
}

fn expand_tabs(text: &str, size: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let blanks = size - column % size;
                out.push_str(&" ".repeat(blanks));
                column += blanks;
            }
            '\t' => {}
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    out
}

/// `text.translate({ord: replacement})`.
fn translate(text: &str, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let Some(table) = pairs_of(&arguments.required(0, "table")?) else {
        return Err(arguments.error("the table must be a dict of code points"));
    };
    let mut out = String::with_capacity(text.len());
    budget::steps((text.len() as u64).saturating_mul(table.len() as u64) / 64)?;
    for c in text.chars() {
        fits(arguments, out.len())?;
        match table.iter().find(|(key, _)| key.as_i64() == Some(i64::from(c as u32))) {
            None => out.push(c),
            Some((_, value)) if value.is_none() => {}
            Some((_, value)) => {
                match value.as_i64().and_then(|code| char::from_u32(u32::try_from(code).ok()?)) {
                    Some(code) => out.push(code),
                    None => out.push_str(&print::text(value)),
                }
            }
        }
    }
    Ok(out.into())
}
