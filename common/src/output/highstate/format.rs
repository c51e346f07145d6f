//! Python's `str.format`, as far as `state_tabular` uses it: `{1}`, `{2:>10}`, `{6[duration]!s:>7}`.

use crate::value::{Value, get};

/// Puts values into a format. A field that can't be read stays as it stands.
pub(super) fn format(text: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let bracket = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(doubled) = rest.strip_prefix(bracket) {
            out.push_str(bracket);
            rest = doubled;
            continue;
        }
        match rest.split_once('}').filter(|_| bracket == "{") {
            Some((field, after)) => {
                out.push_str(&filled(field, values).unwrap_or_else(|| format!("{{{field}}}")));
                rest = after;
            }
            None => out.push_str(bracket),
        }
    }
    out + rest
}

/// What a field stands for: `index[key]!conversion:layout`.
fn filled(field: &str, values: &[Value]) -> Option<String> {
    let (name, layout) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = name.split_once('!').unwrap_or((name, "s"));
    let (index, key) = match name.split_once('[') {
        Some((index, key)) => (index, Some(key.strip_suffix(']')?)),
        None => (name, None),
    };
    let value = values.get(index.parse::<usize>().ok()?)?;
    let value = match key {
        Some(key) => get(value.as_map()?, key)?,
        None => value,
    };
    let text = if conversion == "r" { value.repr() } else { value.to_string() };
    Some(laid_out(&text, layout))
}

/// `[[fill]align][width]`, with an `s` after it if need be.
fn laid_out(text: &str, layout: &str) -> String {
    const WIDEST: usize = 1000;
    let letters: Vec<char> = layout.trim_end_matches('s').chars().collect();
    let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '^'));
    let (fill, align, rest) = match &letters[..] {
        [fill, align, rest @ ..] if is_align(Some(align)) => (*fill, *align, rest),
        [align, rest @ ..] if is_align(Some(align)) => (' ', *align, rest),
        rest => (' ', '<', rest),
    };
    let width: usize = rest.iter().collect::<String>().parse().unwrap_or(0).min(WIDEST);
    let missing = width.saturating_sub(text.chars().count());
    let before = match align {
        '>' => missing,
        '^' => missing / 2,
        _ => 0,
    };
    let pad = |count: usize| fill.to_string().repeat(count);
    format!("{}{text}{}", pad(before), pad(missing - before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::map;

    #[test]
    fn fields() {
        let values = ["a".into(), Value::from(map([("k", Value::Float(1.5))]))];
        assert_eq!(format("{0:>3}|{0:.^5}|{1[k]!s:>5}|{{}}", &values), "  a|..a..|  1.5|{}");
        assert_eq!(format("{7} {x} {", &values), "{7} {x} {");
    }
}
