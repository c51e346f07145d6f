//! The tokens of a query.

use common::value::Value;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// A name in double quotes, which is no function's.
    Quoted(String),
    Number(i64),
    Literal(Value),
    /// Punctuation: one or two characters.
    Mark(&'static str),
    End,
}

/// The marks; longer ones stand before those they begin with.
const MARKS: [&str; 24] = [
    "[]", "[?", "||", "&&", "==", "!=", "<=", ">=", ".", "*", ",", ":", "{", "}", "]", "(", ")", "[", "|",
    "&", "@", "<", ">", "!",
];

/// The tokens and where each begins.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let rest = &text[at..];
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let (token, length) = token(letter, rest, at)?;
        tokens.push((token, at));
        at += length;
    }
    tokens.push((Token::End, text.len()));
    Ok(tokens)
}

fn token(letter: char, rest: &str, at: usize) -> Result<(Token, usize), String> {
    let bad = |what: &str| format!("Bad jmespath expression: {what}:\nat position {at}");
    let while_fits = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
    if letter.is_ascii_alphabetic() || letter == '_' {
        let length = while_fits(|c| c.is_ascii_alphanumeric() || c == '_');
        return Ok((Token::Name(rest[..length].into()), length));
    }
    if letter.is_ascii_digit() || letter == '-' {
        let digits = rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1);
        let text = &rest[..=digits];
        let number = text.parse().map_err(|_| bad(&format!("Unknown token '{text}'")))?;
        return Ok((Token::Number(number), digits + 1));
    }
    if let '"' | '\'' | '`' = letter {
        let end = closing(rest, letter).ok_or_else(|| bad(&format!("Unclosed {letter} delimiter")))?;
        let inside = &rest[1..end];
        let token = match letter {
            '"' => {
                Token::Quoted(serde_json::from_str(&rest[..=end]).map_err(|error| bad(&error.to_string()))?)
            }
            '\'' => Token::Literal(inside.replace("\\'", "'").into()),
            _ => Token::Literal(json(&inside.replace("\\`", "`")).map_err(|error| bad(&error))?),
        };
        return Ok((token, end + 1));
    }
    let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
    match mark {
        Some(mark) => Ok((Token::Mark(mark), mark.len())),
        None => Err(bad(&format!("Unknown token '{letter}'"))),
    }
}

/// Where the quote that begins `text` ends; a backslash keeps the next character from ending it.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// JSON, or text that was left without quotes.
fn json(text: &str) -> Result<Value, String> {
    let text = text.trim_start();
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => Ok(json.into()),
        Err(_) => serde_json::from_str::<String>(&format!("\"{text}\""))
            .map(Value::from)
            .map_err(|_| format!("Bad token {text}")),
    }
}
