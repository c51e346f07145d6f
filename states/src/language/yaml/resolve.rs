//! What a plain scalar is: PyYAML's YAML 1.1 resolver, and Salt's reading of integers.

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
    /// `!!omap` and `!!pairs`.
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
            Some("str") => Self::String,
            Some("timestamp") => Self::Timestamp,
            Some("binary") => Self::Binary,
            Some("seq") => Self::List,
            Some("map") => Self::Map,
            Some("set") => Self::Set,
            Some("omap" | "pairs") => Self::Pairs,
            Some("merge") => Self::Merge,
            Some("value") => Self::Value,
            _ => Self::Other(tag.into()),
        }
    }
}

/// The type of a plain scalar. Timestamps are text to Salt, so they are not told apart here.
pub(super) fn resolve_plain(text: &str) -> Tag {
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
fn bool_of(text: &str) -> Option<bool> {
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

/// The value of a boolean, whatever its case.
pub(super) fn read_bool(text: &str) -> Option<bool> {
    bool_of(&text.to_ascii_lowercase())
}

/// Why an integer has no value.
pub(super) enum IntError {
    /// It is none.
    Invalid,
    /// It is past 64 bits.
    Large,
}

/// The value of an integer. Salt strips leading zeros where YAML 1.1 reads octal, so that modes survive: `0755` is 755;
/// but not behind a sign: `-0644` is -420.
pub(super) fn read_int(text: &str) -> Result<i64, IntError> {
    let text = match text {
        "0" => "0",
        text if text.starts_with("0b") || text.starts_with("0x") => text,
        text if text.starts_with('0') => match text.trim_start_matches('0') {
            "" => "0",
            rest => rest,
        },
        text => text,
    };
    let digits = text.replace('_', "");
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let magnitude = if digits == "0" {
        0
    } else if let Some(digits) = digits.strip_prefix("0b") {
        in_base(digits, 2)?
    } else if let Some(digits) = digits.strip_prefix("0x") {
        in_base(digits, 16)?
    } else if digits.starts_with('0') {
        in_base(digits, 8)?
    } else {
        let mut total: i128 = 0;
        for part in digits.split(':') {
            total = total
                .checked_mul(60)
                .and_then(|total| in_base(part, 10).ok().and_then(|part| total.checked_add(part)))
                .ok_or_else(|| {
                    if part.bytes().all(|b| b.is_ascii_digit()) { IntError::Large } else { IntError::Invalid }
                })?;
        }
        total
    };
    i64::try_from(if negative { -magnitude } else { magnitude }).map_err(|_| IntError::Large)
}

fn in_base(digits: &str, base: u32) -> Result<i128, IntError> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(IntError::Invalid);
    }
    i128::from_str_radix(digits, base).map_err(|_| IntError::Large)
}

/// The value of a float.
pub(super) fn read_float(text: &str) -> Option<f64> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(&text)),
    };
    let magnitude = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        digits if digits.contains(':') => {
            let mut total = 0.0;
            for part in digits.split(':') {
                total = total * 60.0 + part.parse::<f64>().ok()?;
            }
            total
        }
        digits => digits.parse().ok()?,
    };
    Some(sign * magnitude)
}

/// Base64 as Python decodes it: other characters are skipped, and padding may lack.
pub(crate) fn read_binary(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    // One character over is no whole byte.
    (count < 6).then_some(bytes)
}
