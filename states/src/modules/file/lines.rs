//! Splitting text into lines the ways Python does, because comments and diffs count lines.

/// Python's `str.splitlines()`: every line boundary of Unicode counts, ends are dropped.
pub(super) fn split(text: &str) -> Vec<&str> {
    split_keeping(text).into_iter().map(without_end).collect()
}

/// Python's `str.splitlines(True)`: each line keeps its end.
pub(super) fn split_keeping(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = rest.char_indices().find(|(_, c)| is_boundary(*c));
        let end = match at {
            Some((at, '\r')) if rest[at + 1..].starts_with('\n') => at + 2,
            Some((at, c)) => at + c.len_utf8(),
            None => rest.len(),
        };
        let (line, tail) = rest.split_at(end);
        lines.push(line);
        rest = tail;
    }
    lines
}

/// Python's `bytes.splitlines(True)`: `\n`, `\r` and `\r\n` end a line.
pub(super) fn split_bytes_keeping(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(at) if rest[at] == b'\r' && rest.get(at + 1) == Some(&b'\n') => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (line, tail) = rest.split_at(end);
        lines.push(line);
        rest = tail;
    }
    lines
}

/// Text from bytes: UTF-8, else Latin-1, in which every byte is a character.
pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

fn without_end(line: &str) -> &str {
    line.strip_suffix("\r\n").unwrap_or_else(|| line.strip_suffix(is_boundary).unwrap_or(line))
}

fn is_boundary(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_python_ends_them() {
        assert_eq!(split("a\r\nb\rc\n\nd"), ["a", "b", "c", "", "d"]);
        assert_eq!(split_keeping("a\r\nb\u{2028}c"), ["a\r\n", "b\u{2028}", "c"]);
        assert_eq!(split_bytes_keeping(b"a\r\nb\x0bc\rd"), [b"a\r\n".as_slice(), b"b\x0bc\r", b"d"]);
        assert!(split("").is_empty());
    }

    #[test]
    fn bytes_that_are_not_utf8_become_latin1() {
        assert_eq!(decode(b"caf\xe9"), "café");
        assert_eq!(decode("café".as_bytes()), "café");
    }
}
