//! Integers as Python's `int` reads them, of any size.

use common::value::Value;

/// Python refuses to read an integer with more digits.
const DIGIT_LIMIT: usize = 4300;

/// Limbs of a [`Natural`] count to this.
const LIMB: u64 = 1_000_000_000;

/// The value of the text of an integer, and Python's words where it has none.
///
/// Salt strips leading zeros where YAML 1.1 reads octal, so that modes survive: `0755` is 755; but not behind a sign:
/// `-0644` is -420. An integer past 64 bits becomes text with its digits: Salt sends it to a host as text, too.
pub(super) fn read_int(text: &str) -> Result<Value, String> {
    let stripped = match text {
        "0" => "0",
        text if text.starts_with("0b") || text.starts_with("0x") => text,
        text if text.starts_with('0') => match text.trim_start_matches('0') {
            "" => "0",
            rest => rest,
        },
        text => text,
    };
    let digits = stripped.replace('_', "");
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let mut number = if digits.is_empty() {
        return Err("string index out of range".into());
    } else if let Some(digits) = digits.strip_prefix("0b") {
        Integer::read(digits, 2)?
    } else if let Some(digits) = digits.strip_prefix("0x") {
        Integer::read(digits, 16)?
    } else if digits.starts_with('0') && digits != "0" {
        Integer::read(digits, 8)?
    } else {
        let mut parts = digits.split(':').map(|part| Integer::read(part, 10));
        let mut total = parts.next().unwrap_or_else(|| Integer::read("", 10))?;
        for part in parts {
            total = total.sixty_times_plus(part?).ok_or("the parts of a base 60 integer differ in sign")?;
        }
        total
    };
    number.negative ^= negative;
    Ok(number.into_value())
}

/// An integer of any size.
struct Integer {
    negative: bool,
    magnitude: Natural,
}

impl Integer {
    /// Reads digits in a base, as Python's `int(text, base)`.
    fn read(text: &str, base: u32) -> Result<Self, String> {
        let invalid = || format!("invalid literal for int() with base {base}: {}", Value::from(text).repr());
        let digits = text.trim();
        let (negative, digits) = match digits.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, digits.strip_prefix('+').unwrap_or(digits)),
        };
        let prefixes = match base {
            2 => ["0b", "0B"],
            8 => ["0o", "0O"],
            16 => ["0x", "0X"],
            _ => ["", ""],
        };
        let digits = prefixes.iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(digits);
        if digits.is_empty() {
            return Err(invalid());
        }
        if digits.len() > DIGIT_LIMIT {
            return Err(format!(
                "Exceeds the limit ({DIGIT_LIMIT} digits) for integer string conversion: value has {} digits",
                digits.len()
            ));
        }
        let mut magnitude = Natural(Vec::new());
        for digit in digits.chars() {
            magnitude.times_plus(base, digit.to_digit(base).ok_or_else(invalid)?);
        }
        Ok(Self { negative, magnitude })
    }

    /// `60 * self + part`; nothing where that would be a subtraction.
    fn sixty_times_plus(mut self, part: Self) -> Option<Self> {
        if self.magnitude.0.is_empty() {
            return Some(part);
        }
        if self.negative != part.negative && !part.magnitude.0.is_empty() {
            return None;
        }
        self.magnitude.times_plus(60, 0);
        self.magnitude.plus(&part.magnitude);
        Some(self)
    }

    fn into_value(self) -> Value {
        let sign = if self.negative && !self.magnitude.0.is_empty() { "-" } else { "" };
        let text = format!("{sign}{}", self.magnitude.decimal());
        text.parse().map_or_else(|_| text.into(), Value::Int)
    }
}

/// A natural number: limbs of nine decimal digits, the lowest first, none for 0.
struct Natural(Vec<u32>);

impl Natural {
    fn times_plus(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = low(&mut carry);
        }
        while carry > 0 {
            self.0.push(low(&mut carry));
        }
    }

    fn plus(&mut self, other: &Self) {
        let mut carry = 0;
        for at in 0..self.0.len().max(other.0.len()) {
            if at == self.0.len() {
                self.0.push(0);
            }
            carry += u64::from(self.0[at]) + u64::from(other.0.get(at).copied().unwrap_or(0));
            self.0[at] = low(&mut carry);
        }
        if carry > 0 {
            self.0.push(low(&mut carry));
        }
    }

    fn decimal(&self) -> String {
        let Some((highest, lower)) = self.0.split_last() else { return "0".into() };
        let mut text = highest.to_string();
        for limb in lower.iter().rev() {
            text.push_str(&format!("{limb:09}"));
        }
        text
    }
}

/// Takes the lowest limb off a carry.
fn low(carry: &mut u64) -> u32 {
    let limb = *carry % LIMB;
    *carry /= LIMB;
    // A limb is below 10^9.
    u32::try_from(limb).unwrap_or(0)
}
