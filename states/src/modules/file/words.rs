//! Whether a text stands in a file already, however its white space differs: what `file.append` and `file.prepend` ask.

use super::lines;

/// Whether `chunk` stands in `text`, from the start of a line to the end of one.
///
/// The words of the chunk must follow each other with any white space, or none, before, between and after them. That is
/// Salt's rule: `a b` stands in a file that has `a   b`, `ab`, or `a` and `b` on two lines.
pub(super) fn stands_in(chunk: &str, text: &[u8]) -> bool {
    let quote = chunk.contains('\'') && !chunk.contains(r#"'\""#);
    let words: Vec<&str> = lines::split(chunk).into_iter().flat_map(|line| words_of(line, quote)).collect();
    let starts = std::iter::once(0)
        .chain(text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
    starts.into_iter().any(|start| matches_at(&words, &text[start..]))
}

fn matches_at(words: &[&str], text: &[u8]) -> bool {
    let mut rest = text;
    for word in words {
        let Some(tail) = skip_space(rest).strip_prefix(word.as_bytes()) else { return false };
        rest = tail;
    }
    // The white space after the last word may end anywhere before a line's end.
    let after = skip_space(rest);
    after.is_empty() || rest[..rest.len() - after.len()].contains(&b'\n')
}

fn skip_space(text: &[u8]) -> &[u8] {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    &text[text.iter().position(|byte| !space(byte)).unwrap_or(text.len())..]
}

/// Splits a line at white space. Where the chunk has a single quote (`quote`), a word that begins with a double quote goes
/// on to the next one, as the lexer that Salt uses has it.
fn words_of(line: &str, quote: bool) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        let end = if quote && first == '"' {
            rest[1..].find('"').map_or(rest.len(), |at| at + 2)
        } else {
            rest.find(is_space).unwrap_or(rest.len())
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_space);
    }
    words
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_count() {
        assert!(stands_in("a b", b"x\na   b\ny\n"));
        assert!(stands_in("a\tb", b"ab\n"));
        assert!(stands_in("a b", b"a\nb"));
        assert!(stands_in("  a", b"a  \n"));
        assert!(stands_in("a\nb\n", b"a\n\nb\n"));
    }

    #[test]
    fn a_part_of_a_line_does_not_count() {
        assert!(!stands_in("a", b"ab\n"));
        assert!(!stands_in("a", b"b a\n"));
        assert!(!stands_in("a b", b"a b c\n"));
        assert!(!stands_in("a", b""));
    }

    #[test]
    fn special_characters_are_literal() {
        assert!(stands_in("if [ -z \"$x\" ]; then", b"if [ -z \"$x\" ]; then\n"));
        assert!(!stands_in("a.c", b"abc\n"));
    }

    #[test]
    fn quoted_words_keep_their_white_space() {
        assert!(stands_in("it's \"a b\"", b"it's \"a b\"\n"));
        assert!(!stands_in("it's \"a b\"", b"it's \"a  b\"\n"));
        // Without a single quote in the chunk there are no quoted words.
        assert!(stands_in("x \"a b\"", b"x \"a  b\"\n"));
    }
}
