//! Python's `fnmatch.fnmatchcase`, by which ids, SLS names and requisites are matched.

/// Whether the text matches the pattern as a whole. `*` is any text, `?` one character, `[ab]`, `[a-z]` and `[!a]` one of a
/// set; a bracket that is not closed is literal. Nothing is special besides, and case counts.
#[must_use]
pub fn fnmatch(text: &str, pattern: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return text == pattern;
    }
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    // The classic walk with one fallback: the last `*` takes one character more whenever the rest does not fit.
    let (mut at, mut position) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let stepped = match pattern.get(position) {
            Some('*') => {
                star = Some((position, at));
                position += 1;
                continue;
            }
            None if at == text.len() => return true,
            None => None,
            Some(_) if at == text.len() => None,
            Some('?') => Some(1),
            Some('[') => match set(&pattern[position..], text[at]) {
                Some((true, length)) => Some(length),
                Some((false, _)) => None,
                None => (text[at] == '[').then_some(1),
            },
            Some(c) => (*c == text[at]).then_some(1),
        };
        match (stepped, star) {
            (Some(length), _) => {
                at += 1;
                position += length;
            }
            (None, Some((star_position, taken))) if taken < text.len() => {
                star = Some((star_position, taken + 1));
                at = taken + 1;
                position = star_position + 1;
            }
            (None, _) => return false,
        }
    }
}

/// Whether a pattern has wildcards as requisites see them.
#[must_use]
pub fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', ']'])
}

/// Whether `c` is in the set that `pattern` begins with, and the set's length; none where its bracket is not closed.
fn set(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let first = 1 + usize::from(negated);
    // A bracket right at the start is a member.
    let mut end = first + usize::from(pattern.get(first) == Some(&']'));
    while pattern.get(end)? != &']' {
        end += 1;
    }
    let members = &pattern[first..end];
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            found |= members[at] <= c && c <= members[at + 2];
            at += 3;
        } else {
            found |= members[at] == c;
            at += 1;
        }
    }
    Some((found != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fnmatch;

    #[test]
    fn matches_as_python_does() {
        for (text, pattern, expected) in [
            ("fp-1", "*", true),
            ("", "*", true),
            ("fp-1", "fp-*", true),
            ("fp-1", "FP-*", false),
            ("fp-1", "fp-?", true),
            ("fp-12", "fp-?", false),
            ("fp-1", "fp-[0-9]", true),
            ("fp-a", "fp-[!0-9]", true),
            ("fp-1", "fp-[!0-9]", false),
            ("a]", "a[]]", true),
            ("a]", "a[!]]", false),
            ("a[", "a[", true),
            ("a[b", "a[b", true),
            ("a-", "a[b-]", true),
            ("a{b,c}", "a{b,c}", true),
            ("a\\b", "a\\*", true),
            ("web.nginx.conf", "web.*", true),
            ("abcabc", "*abc", true),
            ("aXbXc", "a*b*c", true),
            ("aXbX", "a*b*c", false),
            ("c", "[z-a]", false),
            ("c", "[!z-a]", true),
            ("^", "[^a]", true),
        ] {
            assert_eq!(fnmatch(text, pattern), expected, "{text} against {pattern}");
        }
    }

    proptest! {
        #[test]
        fn ends_and_never_panics(text in "[ab\\[\\]-]{0,12}", pattern in "[ab*?\\[\\]!-]{0,16}") {
            let _ = fnmatch(&text, &pattern);
        }
    }
}
