//! Rewrites a pattern of Python's `re` into `fancy_regex`'s dialect.

use super::Flags;

/// Rewrites a pattern, and takes the global flags (`(?im)`) out of its head. Never fails: what Python would refuse is left
/// for the compiler of the result to refuse.
#[must_use]
pub fn translate(pattern: &str, flags: Flags) -> (String, Flags) {
    let (pattern, flags) = leading_flags(pattern, flags);
    let mut translator =
        Translator { rest: pattern, out: String::with_capacity(pattern.len() + 16), scopes: vec![flags] };
    while translator.step() {}
    (translator.out, flags)
}

/// Takes `(?im)` at the start of the pattern into the flags.
fn leading_flags(pattern: &str, mut flags: Flags) -> (&str, Flags) {
    let mut rest = pattern;
    while let Some((letters, after)) = rest.strip_prefix("(?").and_then(|head| head.split_once(')')) {
        if letters.is_empty() || !letters.bytes().all(|letter| b"aiLmsux".contains(&letter)) {
            break;
        }
        for letter in letters.chars() {
            // `a`, `L` and `u` change nothing here.
            flags.add_name(letter.encode_utf8(&mut [0; 4]));
        }
        rest = after;
    }
    (rest, flags)
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
    /// The flags in each open group; the last are in force. Never empty.
    scopes: Vec<Flags>,
}

impl Translator<'_> {
    fn flags(&self) -> Flags {
        self.scopes.last().copied().unwrap_or_default()
    }

    /// Takes one piece of the pattern; `false` at its end.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else { return false };
        match c {
            '\\' => self.escape(false),
            '[' => self.class(),
            '(' => self.open(),
            '{' => self.brace(),
            '#' if self.flags().verbose => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end);
            }
            '$' if !self.flags().multi_line => {
                self.skip(1);
                self.out.push_str("(?=\\n?\\z)");
            }
            ')' => {
                if self.scopes.len() > 1 {
                    self.scopes.pop();
                }
                self.copy(1);
            }
            c => self.copy(c.len_utf8()),
        }
        true
    }

    /// A backslash and what it escapes.
    fn escape(&mut self, in_class: bool) {
        let Some(c) = self.rest[1..].chars().next() else { return self.copy(1) };
        match c {
            'Z' if !in_class => {
                self.skip(2);
                self.out.push_str("\\z");
            }
            '<' | '>' => {
                self.skip(2);
                self.out.push(c);
            }
            '0'..='7' => {
                let limit = if c == '0' || in_class || c <= '3' { 3 } else { 2 };
                let digits: String =
                    self.rest[1..].chars().take(limit).take_while(|c| ('0'..='7').contains(c)).collect();
                // `\1` to `\99` are groups; octal begins with 0, has three digits, or stands in a class.
                if c == '0' || in_class || digits.len() == 3 {
                    let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                    self.skip(1 + digits.len());
                    self.out.push_str(&format!("\\x{{{code:x}}}"));
                } else {
                    self.copy(2);
                }
            }
            c => self.copy(1 + c.len_utf8()),
        }
    }

    /// A class: set operators of the other dialect are made literal.
    fn class(&mut self) {
        self.copy(1);
        if self.rest.starts_with('^') {
            self.copy(1);
        }
        let mut first = true;
        while let Some(c) = self.rest.chars().next() {
            match c {
                ']' if !first => return self.copy(1),
                ']' | '[' | '&' | '~' => {
                    self.out.push('\\');
                    self.copy(1);
                }
                '-' if self.rest.starts_with("--") => {
                    self.out.push_str("\\-");
                    self.skip(1);
                }
                // In verbose mode Rust skips white space in a class as well, Python does not.
                c if c.is_ascii_whitespace() && self.flags().verbose => {
                    self.out.push_str(&format!("\\x{{{:x}}}", u32::from(c)));
                    self.skip(1);
                }
                '#' if self.flags().verbose => {
                    self.out.push('\\');
                    self.copy(1);
                }
                '\\' => self.escape(true),
                c => self.copy(c.len_utf8()),
            }
            first = false;
        }
    }

    /// An opening parenthesis, with its flags or comment.
    fn open(&mut self) {
        let mut flags = self.flags();
        if self.rest.starts_with("(?#") {
            let end = self.rest.find(')').map_or(self.rest.len(), |end| end + 1);
            return self.skip(end);
        }
        let letters = self.rest.strip_prefix("(?").and_then(|head| {
            let end = head.find([')', ':'])?;
            head[..end].bytes().all(|letter| b"aiLmsux-".contains(&letter)).then(|| &head[..end])
        });
        let Some(letters) = letters else {
            self.scopes.push(flags);
            return self.copy(1);
        };
        let mut on = true;
        for letter in letters.chars() {
            match letter {
                '-' => on = false,
                'i' => flags.ignore_case = on,
                'm' => flags.multi_line = on,
                's' => flags.dot_all = on,
                'x' => flags.verbose = on,
                _ => {}
            }
        }
        let kept: String = letters.chars().filter(|letter| !"aLu".contains(*letter)).collect();
        let kept = kept.strip_suffix('-').unwrap_or(&kept);
        let closes = self.rest[2 + letters.len()..].starts_with(')');
        self.skip(2 + letters.len() + 1);
        if closes {
            // Flags for the rest of the group that is open.
            if let Some(scope) = self.scopes.last_mut() {
                *scope = flags;
            }
            if !kept.is_empty() {
                self.out.push_str(&format!("(?{kept})"));
            }
        } else {
            self.scopes.push(flags);
            self.out.push_str(&format!("(?{kept}:"));
        }
    }

    /// A brace: a repeat, or a literal brace where it repeats nothing.
    fn brace(&mut self) {
        let inner = self.rest[1..].split_once('}').map(|(inner, _)| inner);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match inner.map(|inner| (inner, inner.split_once(','))) {
            Some((inner, None)) if !inner.is_empty() && digits(inner) => self.copy(inner.len() + 2),
            Some((inner, Some((from, to)))) if digits(from) && digits(to) => {
                let from = if from.is_empty() { "0" } else { from };
                self.out.push_str(&format!("{{{from},{to}}}"));
                self.skip(inner.len() + 2);
            }
            _ => {
                self.out.push('\\');
                self.copy(1);
            }
        }
    }

    fn copy(&mut self, bytes: usize) {
        let (head, tail) = self.rest.split_at(bytes);
        self.out.push_str(head);
        self.rest = tail;
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_panics(pattern in ".{0,60}", bits in 0i64..128) {
            let _ = translate(&pattern, Flags::from_bits(bits));
        }

        #[test]
        fn never_panics_on_patterns_of_operators(pattern in r"[\[\](){}?*+^$|\\&~#a0-9,:<>iLmsux\- -]{0,30}") {
            let _ = super::super::compile(&pattern, Flags::default(), super::super::Subject::Text);
        }
    }
}
