//! One field of a format: width, alignment, sign and precision, as Python's `format` and `%` have them.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use crate::language::jinja::print;
use crate::language::jinja::run::exception;

/// The widest field, and the most digits.
const WIDTH_LIMIT: usize = 100_000;

/// How a value is to be written.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) fill: Option<char>,
    /// `<`, `>`, `^` or `=`.
    pub(super) align: Option<char>,
    /// `+` or a blank.
    pub(super) sign: Option<char>,
    pub(super) alternate: bool,
    pub(super) width: usize,
    /// `,` or `_`.
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    /// `d`, `f`, `s`, …; none where the value decides.
    pub(super) kind: Option<char>,
}

impl Spec {
    /// Reads what stands behind the colon.
    ///
    /// # Errors
    /// It is no format.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut spec = Self::default();
        let mut rest: Vec<char> = text.chars().collect();
        let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
        if rest.get(1).is_some_and(is_align) {
            (spec.fill, spec.align) = (Some(rest[0]), Some(rest[1]));
            rest.drain(..2);
        } else if rest.first().is_some_and(is_align) {
            spec.align = Some(rest.remove(0));
        }
        if rest.first().is_some_and(|c| matches!(c, '+' | '-' | ' ')) {
            spec.sign = Some(rest.remove(0)).filter(|sign| *sign != '-');
        }
        if rest.first() == Some(&'#') {
            spec.alternate = true;
            rest.remove(0);
        }
        if rest.first() == Some(&'0') {
            spec.fill.get_or_insert('0');
            spec.align.get_or_insert('=');
            rest.remove(0);
        }
        spec.width = number(&mut rest)?.unwrap_or(0);
        if rest.first().is_some_and(|c| matches!(c, ',' | '_')) {
            spec.grouping = Some(rest.remove(0));
        }
        if rest.first() == Some(&'.') {
            rest.remove(0);
            match number(&mut rest)? {
                Some(precision) => spec.precision = Some(precision),
                None => return Err(exception("Format specifier missing precision")),
            }
        }
        match &rest[..] {
            [] => Ok(spec),
            [kind] => {
                spec.kind = Some(*kind);
                Ok(spec)
            }
            _ => Err(exception("Invalid format specifier")),
        }
    }

    /// Writes a value.
    ///
    /// # Errors
    /// It cannot be written this way.
    pub(super) fn write(&self, value: &Value) -> Result<String, Error> {
        let is_number = matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
        match (is_number, self.kind) {
            (true, None) if value.kind() == ValueKind::Bool && self.width == 0 => Ok(print::text(value)),
            (true, None) if is_whole(value) => self.whole(value, 'd'),
            (true, Some(kind @ ('d' | 'b' | 'o' | 'x' | 'X' | 'c' | 'n'))) if is_whole(value) => {
                self.whole(value, kind)
            }
            (true, None) if self.precision.is_none() => {
                let text = print::text(&f64::try_from(value.clone())?.into());
                Ok(self.signed(&text))
            }
            (true, kind @ (None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' | 'n'))) => {
                Ok(self.signed(&self.real(as_real(value), kind.unwrap_or('g'))))
            }
            (false, None | Some('s')) => {
                let text = print::text(value);
                Ok(match self.precision {
                    Some(precision) => self.pad(&text.chars().take(precision).collect::<String>(), '<'),
                    None => self.pad(&text, '<'),
                })
            }
            (_, Some(kind)) => Err(exception(format!(
                "Unknown format code '{kind}' for object of type '{}'",
                print::type_name(value)
            ))),
        }
    }

    fn whole(&self, value: &Value, kind: char) -> Result<String, Error> {
        let number = match value.kind() {
            ValueKind::Bool => i128::from(value.is_true()),
            _ => i128::try_from(value.clone())?,
        };
        if kind == 'c' {
            let c = u32::try_from(number).ok().and_then(char::from_u32);
            let c = c.ok_or_else(|| exception("%c arg not in range(0x110000)"))?;
            return Ok(self.pad(&c.to_string(), '<'));
        }
        let magnitude = number.unsigned_abs();
        let (prefix, mut digits) = match kind {
            'b' => ("0b", format!("{magnitude:b}")),
            'o' => ("0o", format!("{magnitude:o}")),
            'x' => ("0x", format!("{magnitude:x}")),
            'X' => ("0X", format!("{magnitude:X}")),
            _ => ("", magnitude.to_string()),
        };
        if let Some(precision) = self.precision {
            digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
        }
        let prefix = if self.alternate { prefix } else { "" };
        let minus = if number < 0 { "-" } else { "" };
        Ok(self.signed(&format!("{minus}{prefix}{digits}")))
    }

    /// A float's digits, without its sign's place.
    fn real(&self, number: f64, kind: char) -> String {
        if !number.is_finite() {
            let text = if number.is_nan() {
                "nan"
            } else if number < 0.0 {
                "-inf"
            } else {
                "inf"
            };
            return if kind.is_uppercase() { text.to_uppercase() } else { text.into() };
        }
        let precision = self.precision.unwrap_or(6);
        let text = match kind.to_ascii_lowercase() {
            'f' => format!("{number:.precision$}"),
            '%' => format!("{:.precision$}%", number * 100.0),
            'e' => exponent(&format!("{number:.precision$e}")),
            _ => {
                let precision = precision.max(1);
                let scientific = format!("{number:.*e}", precision - 1);
                let power: i64 =
                    scientific.rsplit('e').next().and_then(|power| power.parse().ok()).unwrap_or(0);
                let limit = i64::try_from(precision).unwrap_or(i64::MAX);
                if power < -4 || power >= limit {
                    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
                    exponent(&format!("{}e{power}", trimmed(mantissa, self.alternate)))
                } else {
                    let decimals = usize::try_from(limit - 1 - power).unwrap_or(0);
                    trimmed(&format!("{number:.decimals$}"), self.alternate).to_owned()
                }
            }
        };
        if kind.is_uppercase() { text.to_uppercase() } else { text }
    }

    /// Adds the sign and the groups, and fills the field up.
    fn signed(&self, text: &str) -> String {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => ("-".to_owned(), rest),
            None => (self.sign.map(String::from).unwrap_or_default(), text),
        };
        let (prefix, digits) = match rest.get(..2) {
            Some(prefix @ ("0x" | "0X" | "0b" | "0o")) => (prefix, &rest[2..]),
            _ => ("", rest),
        };
        let mut body = digits.to_owned();
        if let Some(mark) = self.grouping {
            let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            let size = if matches!(self.kind, Some('x' | 'X' | 'b' | 'o')) { 4 } else { 3 };
            body.clear();
            for (at, c) in digits[..end].chars().enumerate() {
                if at > 0 && (end - at).is_multiple_of(size) {
                    body.push(mark);
                }
                body.push(c);
            }
            body.push_str(&digits[end..]);
        }
        let head = format!("{sign}{prefix}");
        if self.align == Some('=') {
            let missing = self.width.saturating_sub(head.chars().count() + body.chars().count());
            return format!("{head}{}{body}", self.fill.unwrap_or(' ').to_string().repeat(missing));
        }
        self.pad(&format!("{head}{body}"), '>')
    }

    /// Fills a field up to its width.
    pub(super) fn pad(&self, text: &str, default: char) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        let fill = self.fill.unwrap_or(' ').to_string();
        let (left, right) = match self.align.unwrap_or(default) {
            '<' => (0, missing),
            '^' => (missing / 2, missing - missing / 2),
            _ => (missing, 0),
        };
        format!("{}{text}{}", fill.repeat(left), fill.repeat(right))
    }
}

fn number(rest: &mut Vec<char>) -> Result<Option<usize>, Error> {
    let length = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    if length == 0 {
        return Ok(None);
    }
    let digits: String = rest.drain(..length).collect();
    match digits.parse() {
        Ok(number) if number <= WIDTH_LIMIT => Ok(Some(number)),
        _ => Err(exception(format!("a field of a format may be {WIDTH_LIMIT} wide"))),
    }
}

fn is_whole(value: &Value) -> bool {
    value.kind() == ValueKind::Bool || value.is_integer()
}

fn as_real(value: &Value) -> f64 {
    match value.kind() {
        ValueKind::Bool => f64::from(u8::from(value.is_true())),
        _ => f64::try_from(value.clone()).unwrap_or(f64::NAN),
    }
}

/// `1.5e3` as C writes it: `1.5e+03`.
fn exponent(text: &str) -> String {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power.trim_start_matches('+')),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Without the zeros at the end of a fraction.
fn trimmed(text: &str, keep: bool) -> &str {
    if keep || !text.contains('.') { text } else { text.trim_end_matches('0').trim_end_matches('.') }
}
