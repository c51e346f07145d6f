//! Lines to words and back, as a POSIX shell quotes them.

/// Splits a line into words as Python's `shlex.split` does: quotes group, a backslash takes the next character as it is,
/// nothing is expanded.
///
/// # Errors
/// When a quote is not closed or the line ends with a backslash.
pub fn split(line: &str) -> Result<Vec<String>, SplitError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            '\'' => single_quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or(SplitError::Backslash)?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Why a line has no words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A quote is not closed.
    #[error("No closing quotation")]
    Quote,
    /// Nothing follows the last backslash.
    #[error("No escaped character")]
    Backslash,
}

/// Quotes a word so that a shell reads it as it is.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r#"'"'"'"#))
    }
}

fn single_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match chars.next().ok_or(SplitError::Quote)? {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
}

fn double_quoted(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), SplitError> {
    loop {
        match chars.next().ok_or(SplitError::Quote)? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(SplitError::Quote)? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_python_does() {
        let table: [(&str, &[&str]); 6] = [
            ("a  b\tc\n", &["a", "b", "c"]),
            (r#"a 'b c' "d e"f"#, &["a", "b c", "d ef"]),
            (r#"echo $((1+2)) '' "#, &["echo", "$((1+2))", ""]),
            (r#""a\"b\$" \ x"#, &[r#"a"b\$"#, " x"]),
            ("#not a comment", &["#not", "a", "comment"]),
            ("", &[]),
        ];
        for (line, words) in table {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
        assert_eq!(split("it's"), Err(SplitError::Quote));
        assert_eq!(split("a\\"), Err(SplitError::Backslash));
    }

    #[test]
    fn quoting_and_splitting_are_inverse() {
        for word in ["plain", "", "a b", "it's", "\"$x\"", "new\nline"] {
            assert_eq!(split(&quote(word)).unwrap(), [word], "{word:?}");
        }
    }
}
