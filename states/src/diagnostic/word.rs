//! Which characters of a line are meant, given where they begin.

use std::ops::Range;

/// The bytes of `line` that are meant: `width` characters from `column` (counted from 1) on, or the YAML word that begins
/// there, or all of the line but its indentation where no column is known.
pub(super) fn span(line: &str, column: usize, width: usize) -> Range<usize> {
    let end = line.trim_end().len();
    let Some(skipped) = column.checked_sub(1) else {
        return (line.len() - line.trim_start().len()).min(end)..end;
    };
    let Some((start, _)) = line.char_indices().nth(skipped) else { return line.len()..line.len() };
    let rest = &line[start..];
    let length = match width {
        0 => word(&line[..start], rest),
        width => rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at),
    };
    start..start + length.max(rest.chars().next().map_or(0, char::len_utf8))
}

/// How long the YAML word is that `rest` begins with: a key without its colon, a value without its comment, a quoted text,
/// a list or map in brackets. `before` is the line up to it.
fn word(before: &str, rest: &str) -> usize {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '\'' | '"' => match rest[1..].find(first) {
            Some(at) => at + 2,
            None => rest.trim_end().len(),
        },
        '[' | '{' => bracketed(rest),
        _ => {
            let in_flow = before.matches(['[', '{']).count() > before.matches([']', '}']).count();
            let mut inside = 0_usize;
            let mut previous = ' ';
            for (at, next) in rest.char_indices() {
                let followed_by_blank =
                    rest[at + next.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
                match next {
                    '{' | '[' | '(' => inside += 1,
                    '}' | ']' | ')' if inside > 0 => inside -= 1,
                    _ if inside > 0 => {}
                    ':' if followed_by_blank => return at,
                    '#' if previous == ' ' && at > 0 => return rest[..at].trim_end().len(),
                    ',' | ']' | '}' if in_flow => return at,
                    _ => {}
                }
                previous = next;
            }
            rest.trim_end().len()
        }
    }
}

/// The length of a list, map or template tag on this line.
fn bracketed(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, next) in rest.char_indices() {
        match next {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    rest.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::span;

    fn marked(line: &str, column: usize, width: usize) -> &str {
        &line[span(line, column, width)]
    }

    #[test]
    fn words_of_yaml() {
        assert_eq!(marked("  file.manged: []", 3, 0), "file.manged");
        assert_eq!(marked("    - name: a b # why", 13, 0), "a b");
        assert_eq!(marked("    - 'a: b': c", 7, 0), "'a: b'");
        assert_eq!(marked("  x: [a, {b: c}] # d", 6, 0), "[a, {b: c}]");
        assert_eq!(marked("  x: [a, bc, d]", 10, 0), "bc");
        assert_eq!(marked("{{ name }}-key:", 1, 0), "{{ name }}");
        assert_eq!(marked("web-{{ a['b: c'] }}: x", 1, 0), "web-{{ a['b: c'] }}");
        assert_eq!(marked("http://x:80/: y", 1, 0), "http://x:80/");
    }

    #[test]
    fn a_given_width_and_no_column() {
        assert_eq!(marked("a {{ naïve }} b", 6, 5), "naïve");
        assert_eq!(marked("    indented: x  ", 0, 0), "indented: x");
        assert_eq!(marked("short", 40, 3), "");
        assert_eq!(marked("", 0, 0), "");
        assert_eq!(marked("a", 1, 99), "a");
    }
}
