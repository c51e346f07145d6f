//! What a plain scalar is: PyYAML's YAML 1.1 resolver.

/// The type of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    String,
    Timestamp,
    Binary,
    List,
    Map,
    Set,
    /// `!!pairs`. `!!omap` is a map to Salt.
    Pairs,
    /// A plain `<<`.
    Merge,
    /// A plain `=`.
    Value,
    /// Any other.
    Other(String),
}

impl Tag {
    /// The tag that stands in the text.
    pub(super) fn named(tag: &str) -> Self {
        match tag.strip_prefix("tag:yaml.org,2002:") {
            Some("null") => Self::Null,
            Some("bool") => Self::Bool,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("str" | "python/unicode") => Self::String,
            Some("timestamp") => Self::Timestamp,
            Some("binary") => Self::Binary,
            Some("seq") => Self::List,
            Some("map" | "omap") => Self::Map,
            Some("set") => Self::Set,
            Some("pairs") => Self::Pairs,
            Some("merge") => Self::Merge,
            Some("value") => Self::Value,
            _ => Self::Other(tag.into()),
        }
    }

    /// Whether it makes something that holds other values, and so cannot be the key of a map.
    pub(super) fn is_container(&self) -> bool {
        matches!(self, Self::List | Self::Map | Self::Set | Self::Pairs)
    }

    /// Its name in PyYAML's messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Null => "tag:yaml.org,2002:null",
            Self::Bool => "tag:yaml.org,2002:bool",
            Self::Int => "tag:yaml.org,2002:int",
            Self::Float => "tag:yaml.org,2002:float",
            Self::String => "tag:yaml.org,2002:str",
            Self::Timestamp => "tag:yaml.org,2002:timestamp",
            Self::Binary => "tag:yaml.org,2002:binary",
            Self::List => "tag:yaml.org,2002:seq",
            Self::Map => "tag:yaml.org,2002:map",
            Self::Set => "tag:yaml.org,2002:set",
            Self::Pairs => "tag:yaml.org,2002:pairs",
            Self::Merge => "tag:yaml.org,2002:merge",
            Self::Value => "tag:yaml.org,2002:value",
            Self::Other(tag) => tag,
        }
    }
}

/// The type of a plain scalar. Timestamps are text to Salt, so they are not told apart here.
pub(super) fn resolve_plain(text: &str) -> Tag {
    // A lone `!` gives a block scalar to these rules, and in PyYAML's patterns `$` matches before a newline.
    let text = text.strip_suffix('\n').filter(|rest| !rest.is_empty()).unwrap_or(text);
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Tag::Null,
        "<<" => Tag::Merge,
        "=" => Tag::Value,
        _ if bool_of(text).is_some() => Tag::Bool,
        _ => match text.as_bytes()[0] {
            b'-' | b'+' | b'0'..=b'9' | b'.' if is_float(text) => Tag::Float,
            b'-' | b'+' | b'0'..=b'9' if is_int(text) => Tag::Int,
            _ => Tag::String,
        },
    }
}

/// Whether a plain scalar of this text is that text and nothing else.
pub(super) fn is_plain_string(text: &str) -> bool {
    resolve_plain(text) == Tag::String
}

/// Whether YAML 1.1 reads a plain scalar of this text as a timestamp. Salt reads it as text, but writes it with quotes.
pub(super) fn is_timestamp(text: &str) -> bool {
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let Some((date, time)) = text.split_at_checked(text.find(['T', 't', ' ', '\t']).unwrap_or(text.len()))
    else {
        return false;
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if time.is_empty() {
        return digits(year, 4, 4) && digits(month, 2, 2) && digits(day, 2, 2);
    }
    if !(digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2)) {
        return false;
    }
    let time = time.trim_start_matches(['T', 't', ' ', '\t']);
    let clock_end = time.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(time.len());
    let (clock, zone) = time.split_at(clock_end);
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
    let zone = zone.trim_start_matches([' ', '\t']);
    let zone_fits = match zone.strip_prefix(['+', '-']) {
        Some(offset) => match offset.split_once(':') {
            Some((hours, minutes)) => digits(hours, 1, 2) && digits(minutes, 2, 2),
            None => digits(offset, 1, 2),
        },
        None => matches!(zone, "" | "Z"),
    };
    digits(hour, 1, 2)
        && digits(minute, 2, 2)
        && digits(second, 2, 2)
        && digits(fraction, 0, usize::MAX)
        && zone_fits
}

/// YAML 1.1's booleans, without `y` and `n`, in three cases each.
pub(super) fn bool_of(text: &str) -> Option<bool> {
    Some(match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true,
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false,
        _ => return None,
    })
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn all(text: &str, of: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(of)
}

fn digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn is_int(text: &str) -> bool {
    let text = unsigned(text);
    if text == "0" {
        return true;
    }
    if let Some(digits) = text.strip_prefix("0b") {
        return all(digits, |byte| matches!(byte, b'0' | b'1' | b'_'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    if let Some(digits) = text.strip_prefix('0') {
        return all(digits, |byte| matches!(byte, b'0'..=b'7' | b'_'));
    }
    match text.split_once(':') {
        Some((first, rest)) => begins_1_to_9(first) && rest.split(':').all(is_sexagesimal),
        None => begins_1_to_9(text),
    }
}

fn begins_1_to_9(text: &str) -> bool {
    matches!(text.bytes().next(), Some(b'1'..=b'9')) && all(text, digit_or_underscore)
}

/// `[0-5]?[0-9]`
fn is_sexagesimal(text: &str) -> bool {
    match text.as_bytes() {
        [unit] => unit.is_ascii_digit(),
        [ten, unit] => matches!(ten, b'0'..=b'5') && unit.is_ascii_digit(),
        _ => false,
    }
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let sign_free = unsigned(text);
    if matches!(sign_free, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let Some((whole, rest)) = sign_free.split_once('.') else { return false };
    if whole.is_empty() {
        // `.5` has no sign.
        let (digits, exponent) = split_exponent(rest);
        return text.starts_with('.')
            && matches!(digits.bytes().next(), Some(b'0'..=b'9'))
            && all(digits, digit_or_underscore)
            && exponent.is_none_or(is_exponent);
    }
    if !whole.as_bytes()[0].is_ascii_digit() {
        return false;
    }
    if let Some((first, parts)) = whole.split_once(':') {
        return all(first, digit_or_underscore)
            && parts.split(':').all(is_sexagesimal)
            && rest.bytes().all(digit_or_underscore);
    }
    let (digits, exponent) = split_exponent(rest);
    all(whole, digit_or_underscore)
        && digits.bytes().all(digit_or_underscore)
        && exponent.is_none_or(is_exponent)
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (text, None),
    }
}

/// The sign is not optional.
fn is_exponent(text: &str) -> bool {
    text.strip_prefix(['-', '+']).is_some_and(|digits| all(digits, |byte| byte.is_ascii_digit()))
}
