//! Python's view of lines and words, and filling texts into lines.

/// A text without what a terminal would take for a command, as Salt shows it.
pub(super) fn harmless(text: &str) -> String {
    text.replace('\x1b', "?")
}

/// Whether Python's `splitlines` ends a line here; a carriage return and the line feed after it are one end.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text, each with its end.
pub(super) fn lines_with_ends(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some((at, end)) = rest.char_indices().find(|(_, c)| ends_line(*c)) {
        let crlf = end == '\r' && rest[at + 1..].starts_with('\n');
        let after = at + end.len_utf8() + usize::from(crlf);
        lines.push(&rest[..after]);
        rest = &rest[after..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    lines_with_ends(text).into_iter().map(|line| line.trim_end_matches(ends_line))
}

/// The words of a text, each with the blanks after it.
pub(super) fn words_with_blanks(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut begin, mut in_blanks) = (0, false);
    for (at, c) in text.char_indices() {
        match (c.is_whitespace(), in_blanks) {
            (true, _) => in_blanks = true,
            (false, true) => {
                words.push(&text[begin..at]);
                (begin, in_blanks) = (at, false);
            }
            (false, false) => {}
        }
    }
    if begin < text.len() {
        words.push(&text[begin..]);
    }
    words
}

/// Fills a text into lines of `width`, each with `margin` blanks before it, as Python's `textwrap` does: words break after a
/// hyphen between letters, and words that are longer than a line break anywhere.
pub(super) fn fill(text: &str, width: usize, margin: usize) -> String {
    let room = width.saturating_sub(margin).max(1);
    let mut chunks = chunks(text);
    chunks.reverse();
    let mut lines: Vec<String> = Vec::new();
    while let Some(first) = chunks.last() {
        // Blanks at the end of a line are dropped, and at the beginning of all but the first.
        if !lines.is_empty() && first.trim().is_empty() {
            chunks.pop();
            if chunks.is_empty() {
                break;
            }
        }
        let (mut line, mut length) = (Vec::new(), 0);
        while let Some(chunk) = chunks.pop() {
            let size = chunk.chars().count();
            if length + size > room {
                if size > room {
                    let (head, tail) = broken(&chunk, room - length);
                    line.push(head);
                    chunks.push(tail);
                } else {
                    chunks.push(chunk);
                }
                break;
            }
            length += size;
            line.push(chunk);
        }
        if line.last().is_some_and(|last| last.trim().is_empty()) {
            line.pop();
        }
        if !line.is_empty() {
            lines.push(format!("{}{}", " ".repeat(margin), line.concat()));
        }
    }
    lines.join("\n")
}

/// A word that is longer than a line, in two: after its last hyphen that fits, else where the line ends.
fn broken(word: &str, space: usize) -> (String, String) {
    let letters: Vec<char> = word.chars().collect();
    let hyphen = letters[..space.min(letters.len())].iter().rposition(|c| *c == '-');
    let end = match hyphen {
        Some(at) if at > 0 && letters[..at].iter().any(|c| *c != '-') => at + 1,
        _ => space,
    };
    (letters[..end].iter().collect(), letters[end..].iter().collect())
}

/// Runs of blanks, and words divided after the hyphens at which they may break.
fn chunks(text: &str) -> Vec<String> {
    let mut letters: Vec<char> = Vec::new();
    let mut line = 0;
    for c in text.chars() {
        match c {
            // To the next of the stops that stand eight apart.
            '\t' => letters.extend(std::iter::repeat_n(' ', 8 - (letters.len() - line) % 8)),
            c if c.is_whitespace() => letters.push(' '),
            c => letters.push(c),
        }
        if matches!(c, '\n' | '\r') {
            line = letters.len();
        }
    }
    let mut chunks = Vec::new();
    let mut current = String::new();
    for (at, c) in letters.iter().enumerate() {
        let breaks = current.chars().last().is_some_and(|last| (last == ' ') != (*c == ' '));
        if breaks || at > 0 && may_break_after(&letters, at - 1) {
            chunks.push(std::mem::take(&mut current));
        }
        current.push(*c);
    }
    if !current.is_empty() {
        chunks.push(current);
    }
    chunks
}

/// Whether a word may break after this character: a hyphen with two letters before it (or a letter between hyphens) and two
/// after it.
fn may_break_after(letters: &[char], at: usize) -> bool {
    let letter = |index: Option<usize>| {
        index.and_then(|index| letters.get(index)).is_some_and(|c| c.is_alphabetic() || *c == '_')
    };
    if letters[at] != '-' {
        return false;
    }
    let back = |by: usize| at.checked_sub(by);
    let is_hyphen = |index: Option<usize>| index.is_some_and(|index| letters.get(index) == Some(&'-'));
    let before = letter(back(1)) && (letter(back(2)) || is_hyphen(back(2)) && letter(back(3)));
    let second = if is_hyphen(Some(at + 2)) { at + 3 } else { at + 2 };
    before && letter(Some(at + 1)) && letter(Some(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_lines_and_words() {
        assert_eq!(lines_with_ends("a\r\nb\rc\u{2028}d"), ["a\r\n", "b\r", "c\u{2028}", "d"]);
        assert_eq!(lines("a\n\nb\n").collect::<Vec<_>>(), ["a", "", "b"]);
        assert_eq!(words_with_blanks("a  b c"), ["a  ", "b ", "c"]);
        assert_eq!(harmless("\x1b[1mx"), "?[1mx");
    }

    #[test]
    fn texts_are_filled() {
        assert_eq!(fill("aa bb  cc dd", 7, 1), " aa bb\n cc dd");
        assert_eq!(fill("aaaaaaaaa b", 5, 1), " aaaa\n aaaa\n a b");
        assert_eq!(fill("well-known x-ray", 8, 1), " well-\n known\n x-ray");
        assert_eq!(fill("", 8, 1), "");
    }
}
