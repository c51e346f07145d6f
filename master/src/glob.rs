//! Salt's globs on ids and keys: Python's `fnmatchcase` (`*`, `?`, `[ab]`, `[!a]`, ranges).

/// Whether `text` matches `pattern` as a whole, with case.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Greedy with one point of return: after a `*` that took too little, it takes one more.
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None if t == text.len() => return true,
            None => None,
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') => (t < text.len()).then_some(1),
            Some('[') => match (class(&pattern[p..]), text.get(t)) {
                (_, None) => None,
                (Some((length, set)), Some(c)) => set.holds(*c).then_some(length),
                // A bracket that nothing closes stands for itself.
                (None, Some(c)) => (*c == '[').then_some(1),
            },
            Some(literal) => (text.get(t) == Some(literal)).then_some(1),
        };
        match (step, retry) {
            (Some(length), _) => {
                p += length;
                t += 1;
            }
            (None, Some((after, from))) if from < text.len() => {
                (p, t) = (after, from + 1);
                retry = Some((after, from + 1));
            }
            (None, _) => return false,
        }
    }
}

/// What stands between brackets.
struct Class<'a> {
    negated: bool,
    members: &'a [char],
}

impl Class<'_> {
    fn holds(&self, c: char) -> bool {
        let mut found = false;
        let mut at = 0;
        while let Some(&low) = self.members.get(at) {
            match (self.members.get(at + 1), self.members.get(at + 2)) {
                (Some('-'), Some(&high)) => {
                    found |= (low..=high).contains(&c);
                    at += 3;
                }
                _ => {
                    found |= low == c;
                    at += 1;
                }
            }
        }
        found != self.negated
    }
}

/// The class at the start of `pattern`, and its length; `None` where no bracket closes it.
fn class(pattern: &[char]) -> Option<(usize, Class<'_>)> {
    let negated = pattern.get(1) == Some(&'!');
    let start = 1 + usize::from(negated);
    // A bracket in the first place is a member.
    let close = pattern.iter().skip(start + 1).position(|c| *c == ']')? + start + 1;
    Some((close + 1, Class { negated, members: &pattern[start..close] }))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn as_fnmatchcase() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("fp-*", "fp-nyc-1", true),
            ("fp-*", "FP-1", false),
            ("fp-?", "fp-12", false),
            ("*-1*-2", "a-1-1-2", true),
            ("fp-[12]", "fp-2", true),
            ("fp-[!12]", "fp-2", false),
            ("fp-[a-c]", "fp-b", true),
            ("[", "[", true),
            ("[]]", "]", true),
            ("{a,b}", "a", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
