//! Durations as people write them: `90d`, `15m`, `20` (seconds).

use std::time::Duration;

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a duration: write a whole number with s, m, h, d or w behind it, such as 90s or 15m")]
pub struct DurationError(String);

/// Reads a duration; a number without a unit is seconds.
///
/// # Errors
/// When the text is no duration, or one of more than a century.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError(text.chars().take(40).collect());
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(error()),
    };
    let total =
        number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds)).ok_or_else(error)?;
    if total > 100 * 366 * 86_400 { Err(error()) } else { Ok(Duration::from_secs(total)) }
}

/// A duration in words of at most two units: `2h 5m`, `350 ms`.
#[must_use]
pub fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// Serde: a number of seconds, or text for [`parse`].
///
/// # Errors
/// As [`parse`].
pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Seconds(u64),
        Text(String),
    }
    match <Either as serde::Deserialize>::deserialize(deserializer)? {
        Either::Seconds(seconds) => Ok(Duration::from_secs(seconds)),
        Either::Text(text) => parse(&text).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [("20", 20), ("20s", 20), ("15m", 900), ("2h", 7200), ("90d", 7_776_000)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "m", "1x", "-1", "1.5h", "99999999999999999999", "9999999999w"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(show(Duration::from_secs(7500)), "2h 5m");
    }
}
