//! Language, encoding and time zone of this process.

use common::value::{Value, map};

use super::Grains;

pub(super) fn collect(grains: &mut Grains) {
    let (language, encoding) = ["LC_ALL", "LC_CTYPE", "LANG", "LANGUAGE"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .map_or((Value::Null, Value::Null), |locale| parts(&locale));
    let zone = jiff::Zoned::now().strftime("%Z").to_string();
    grains.put(
        "locale_info",
        map([
            ("defaultlanguage", language),
            ("defaultencoding", encoding),
            ("detectedencoding", "utf-8".into()),
            ("timezone", zone.into()),
        ]),
    );
}

/// Language and encoding of a locale's name, as Python's `locale` module splits it.
fn parts(locale: &str) -> (Value, Value) {
    let locale = locale.split([':', '@']).next().unwrap_or_default();
    let (language, encoding) = locale.split_once('.').unwrap_or((locale, ""));
    match language {
        "C" if encoding.is_empty() => (Value::Null, Value::Null),
        "C" | "POSIX" => ("en_US".into(), "UTF-8".into()),
        language if encoding.is_empty() => (language.into(), "ISO8859-1".into()),
        language => {
            let upper = encoding.to_uppercase();
            let encoding = if upper == "UTF8" { "UTF-8" } else { upper.as_str() };
            (language.into(), encoding.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_split() {
        assert_eq!(parts("de_AT.utf8"), ("de_AT".into(), "UTF-8".into()));
        assert_eq!(parts("C.UTF-8"), ("en_US".into(), "UTF-8".into()));
        assert_eq!(parts("C"), (Value::Null, Value::Null));
    }
}
