//! Sizes as people write them: `10GiB`, `500MB`, `4096` (bytes).

/// A text that is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a size: write a whole number with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB behind it, such as 10GiB"
)]
pub struct SizeError(String);

/// Reads a size in bytes.
///
/// # Errors
/// When the text is none, or one that no disk has.
pub fn parse(text: &str) -> Result<u64, SizeError> {
    let error = || SizeError(text.chars().take(40).collect());
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" | "K" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        "TiB" | "T" => 1 << 40,
        "KB" | "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return Err(error()),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(error)
}

/// Serde: nothing, a number of bytes, or text for [`parse`].
///
/// # Errors
/// As [`parse`].
pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Given {
        Bytes(u64),
        Text(String),
    }
    match <Option<Given> as serde::Deserialize>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Given::Bytes(bytes)) => Ok(Some(bytes)),
        Some(Given::Text(text)) => parse(&text).map(Some).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse("4096"), Ok(4096));
        assert_eq!(parse("10GiB"), Ok(10 << 30));
        assert_eq!(parse(" 5 MB "), Ok(5_000_000));
        for bad in ["", "GiB", "-1", "1.5G", "1PiB", "99999999999TiB", "1 2"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
