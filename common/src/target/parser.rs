//! Words to expression. `not` binds tighter than `and`, `and` tighter than `or`.

use super::{
    DEPTH_LIMIT, Expression, Kind, LENGTH_LIMIT, Matcher, Problem, TargetError, WORD_LIMIT, nodegroup,
};
use crate::value::{DEFAULT_DELIMITER, Map};

/// Whose target it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// An operator's: what cannot be meant is an error.
    Strict,
    /// A top file's: a word Salt takes for a glob is one, however odd.
    Lenient,
}

/// Parses a target.
pub(super) fn parse(text: &str, nodegroups: &Map, manner: Manner) -> Result<Expression, TargetError> {
    let fail = |word, problem| TargetError::new(text, word, problem);
    if text.len() > LENGTH_LIMIT {
        return Err(fail(0, Problem::TooLarge));
    }
    let mut tokens = Vec::new();
    for (position, word) in text.split_whitespace().enumerate() {
        let number = position + 1;
        match word.strip_prefix("N@").filter(|name| !name.is_empty()) {
            Some(name) => {
                for word in nodegroup::expand(name, nodegroups).map_err(|problem| fail(number, problem))? {
                    tokens.push((number, token(&word, manner).map_err(|problem| fail(number, problem))?));
                }
            }
            None => tokens.push((number, token(word, manner).map_err(|problem| fail(number, problem))?)),
        }
        if tokens.len() > WORD_LIMIT {
            return Err(fail(number, Problem::TooLarge));
        }
    }
    if tokens.is_empty() {
        return Err(fail(0, Problem::Empty));
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), last: 0, depth: 0 };
    let expression = parser.any().map_err(|(word, problem)| fail(word, problem))?;
    match parser.tokens.next() {
        None => Ok(expression),
        Some((word, Token::Close)) => Err(fail(word, Problem::NothingOpen)),
        Some((word, other)) => Err(fail(word, Problem::NoOperator(other.text()))),
    }
}

enum Token {
    And,
    Or,
    Not,
    Open,
    Close,
    Matcher(String, Box<Matcher>),
}

impl Token {
    fn text(self) -> String {
        match self {
            Self::And => "and".into(),
            Self::Or => "or".into(),
            Self::Not => "not".into(),
            Self::Open => "(".into(),
            Self::Close => ")".into(),
            Self::Matcher(word, _) => word,
        }
    }
}

fn token(word: &str, manner: Manner) -> Result<Token, Problem> {
    Ok(match word {
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        "(" => Token::Open,
        ")" => Token::Close,
        word => Token::Matcher(word.into(), Box::new(matcher(word, manner)?)),
    })
}

/// A word with an engine, or a glob.
fn matcher(word: &str, manner: Manner) -> Result<Matcher, Problem> {
    let strict = manner == Manner::Strict;
    let mut letters = word.chars();
    let (engine, second, third) = (letters.next().unwrap_or(' '), letters.next(), letters.next());
    let takes_delimiter = matches!(engine, 'G' | 'P' | 'I' | 'J');
    let (delimiter, pattern) = if second == Some('@') {
        (DEFAULT_DELIMITER.into(), &word[engine.len_utf8() + 1..])
    } else if let (true, Some(delimiter), Some('@')) = (takes_delimiter, second, third) {
        (delimiter.to_string(), &word[2 + delimiter.len_utf8()..])
    } else {
        return glob(word, strict);
    };
    let kind = match engine {
        'G' => Kind::Grain,
        'P' => Kind::GrainRegex,
        'I' => Kind::Pillar,
        'J' => Kind::PillarRegex,
        'L' => Kind::List,
        'E' => Kind::Regex,
        'S' => Kind::Address,
        // Range servers, and Salt's resources: they need services that are not here.
        'R' | 'T' | 'M' => return Err(Problem::Unsupported { word: word.into(), engine }),
        _ if !strict => return glob(word, strict),
        'N' => return Err(Problem::NoPattern(word.into())),
        engine => return Err(Problem::UnknownEngine { word: word.into(), engine }),
    };
    if pattern.is_empty() {
        return if strict { Err(Problem::NoPattern(word.into())) } else { glob(word, strict) };
    }
    if strict && takes_delimiter && !pattern.contains(&delimiter) {
        return Err(Problem::NoDelimiter { word: word.into(), engine, delimiter });
    }
    match Matcher::new(kind, pattern, &delimiter) {
        // Salt logs these and goes on with "no match".
        Err(_) if !strict && kind != Kind::Regex => Matcher::new(Kind::List, "", DEFAULT_DELIMITER),
        made => made,
    }
}

fn glob(word: &str, strict: bool) -> Result<Matcher, Problem> {
    if strict && (word.starts_with(['(', ')']) || word.ends_with(['(', ')'])) {
        return Err(Problem::GluedParenthesis(word.into()));
    }
    if strict && word.contains('@') {
        let engine = word.chars().next().unwrap_or('@');
        return Err(Problem::UnknownEngine { word: word.into(), engine });
    }
    if strict && word.contains(',') && !word.contains('[') {
        return Err(Problem::Comma(word.into()));
    }
    Matcher::new(Kind::Glob, word, DEFAULT_DELIMITER)
}

struct Parser<I: Iterator<Item = (usize, Token)>> {
    tokens: std::iter::Peekable<I>,
    /// The number of the word taken last.
    last: usize,
    depth: usize,
}

type Parsed = Result<Expression, (usize, Problem)>;

impl<I: Iterator<Item = (usize, Token)>> Parser<I> {
    fn any(&mut self) -> Parsed {
        let mut parts = vec![self.all()?];
        while self.take(|token| matches!(token, Token::Or)) {
            parts.push(self.operand("or", Self::all)?);
        }
        Ok(single_or(parts, Expression::Or))
    }

    fn all(&mut self) -> Parsed {
        let mut parts = vec![self.one()?];
        loop {
            if self.take(|token| matches!(token, Token::And)) {
                parts.push(self.operand("and", Self::one)?);
            } else if matches!(self.tokens.peek(), Some((_, Token::Not))) {
                // `a not b` is `a and not b`.
                parts.push(self.one()?);
            } else {
                return Ok(single_or(parts, Expression::And));
            }
        }
    }

    fn one(&mut self) -> Parsed {
        let Some((word, token)) = self.tokens.next() else { return Err((self.last, Problem::Empty)) };
        self.last = word;
        match token {
            Token::Matcher(_, matcher) => Ok(Expression::Matcher(*matcher)),
            Token::Not => match self.tokens.peek() {
                // Salt does not take `not not` either.
                Some((_, Token::Not)) => Err((word, Problem::OperatorLast("not".into()))),
                _ => Ok(Expression::Not(Box::new(self.operand("not", Self::one)?))),
            },
            Token::Open => {
                self.depth += 1;
                if self.depth > DEPTH_LIMIT {
                    return Err((word, Problem::TooLarge));
                }
                match self.tokens.peek() {
                    Some((_, Token::Close)) => return Err((word, Problem::Nothing)),
                    None => return Err((word, Problem::NotClosed)),
                    Some(_) => {}
                }
                let inner = self.any()?;
                match self.tokens.next() {
                    Some((_, Token::Close)) => {
                        self.depth -= 1;
                        Ok(inner)
                    }
                    None => Err((word, Problem::NotClosed)),
                    Some((word, other)) => Err((word, Problem::NoOperator(other.text()))),
                }
            }
            Token::Close => Err((word, Problem::NothingOpen)),
            operator @ (Token::And | Token::Or) => Err((word, Problem::OperatorFirst(operator.text()))),
        }
    }

    /// What an operator needs after it.
    fn operand(&mut self, operator: &str, next: fn(&mut Self) -> Parsed) -> Parsed {
        match self.tokens.peek() {
            None | Some((_, Token::Close | Token::And | Token::Or)) => {
                Err((self.last, Problem::OperatorLast(operator.into())))
            }
            Some(_) => next(self),
        }
    }

    fn take(&mut self, wanted: fn(&Token) -> bool) -> bool {
        match self.tokens.next_if(|(_, token)| wanted(token)) {
            Some((word, _)) => {
                self.last = word;
                true
            }
            None => false,
        }
    }
}

fn single_or(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            join(parts)
        }
        (_, None) => join(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Known, Target, matches_top};
    use super::*;
    use crate::value::{Value, map};

    fn on_host<T>(test: impl FnOnce(&Known<'_>, &Map) -> T) -> T {
        let grains = map([
            ("os", "Debian".into()),
            ("roles", vec!["proxy"].into()),
            ("ipv4", vec!["10.1.2.3"].into()),
        ]);
        let pillar = map([("role", "proxy".into())]);
        let nodegroups = map([
            ("proxies", "fp-* or cm-*".into()),
            ("nested", "N@proxies and G@os:Debian".into()),
            ("loop", "N@loop".into()),
            ("ids", vec!["fp-1", "fp-2"].into()),
            ("words", vec!["cm-*", "or", "fp-1"].into()),
            ("bad", Value::Int(1)),
        ]);
        test(&Known { id: "fp-1", grains: &grains, pillar: &pillar }, &nodegroups)
    }

    #[test]
    fn matches_hosts() {
        on_host(|host, nodegroups| {
            for (text, expected) in [
                ("*", true),
                ("fp-1", true),
                ("fp-[12]", true),
                ("FP-1", false),
                ("L@fp-2,fp-1", true),
                ("L@fp-12", false),
                (r"E@fp-\d", true),
                ("E@p-1", false),
                ("G@os:debian", true),
                ("G|@os|Debian", true),
                ("P@os:Deb(ian|x)", true),
                ("I@role:proxy", true),
                ("J@role:^pro", true),
                ("S@10.0.0.0/8", true),
                ("S@10.1.2.3", true),
                ("fp-* and G@os:Debian", true),
                ("fp-* and not G@os:Debian", false),
                ("fp-* not cm-*", true),
                ("not cm-*", true),
                ("cm-* or fp-* and G@os:Debian", true),
                ("( cm-* or fp-* ) and G@os:Ubuntu", false),
                ("cm-* or fp-* and G@os:Ubuntu", false),
                ("not ( cm-* or fp-* )", false),
                ("N@proxies", true),
                ("N@nested", true),
                ("not N@nested", false),
                ("N@ids", true),
                ("N@words", true),
                ("N@proxies and cm-*", false),
            ] {
                let target =
                    Target::parse(text, nodegroups).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(target.matches(host), expected, "{text}");
                assert_eq!(matches_top(text, host, nodegroups), expected, "{text} in a top file");
            }
        });
    }

    #[test]
    fn says_what_is_wrong() {
        on_host(|host, nodegroups| {
            for (text, word, part) in [
                ("", 0, "empty"),
                ("  ", 0, "empty"),
                ("and fp-1", 1, "nothing before"),
                ("fp-1 and", 2, "nothing after"),
                ("fp-1 or or cm", 2, "nothing after"),
                ("not", 1, "nothing after"),
                ("not not fp-1", 1, "nothing after"),
                ("fp-1 fp-2", 2, "'and' or 'or'"),
                ("( fp-1", 1, "not closed"),
                ("fp-1 )", 2, "closes nothing"),
                ("( )", 1, "nothing between"),
                ("(G@os:Debian and fp-1)", 1, "stand alone"),
                ("fp-1 and (cm-1", 3, "stand alone"),
                ("Z@x", 1, "no matcher Z@"),
                ("R@%cluster", 1, "R@ is not supported"),
                ("G@os", 1, "G@os:Debian"),
                ("G@", 1, "matches nothing"),
                ("E@(", 1, "not a regular expression"),
                ("P@os:(", 1, "not a regular expression"),
                ("S@10.1.1.1/8", 1, "neither an IP address"),
                ("N@nope", 1, "no node group 'nope'"),
                ("N@loop", 1, "contains itself"),
                ("N@bad", 1, "must be a target"),
                ("fp-1,fp-2", 1, "L@fp-1,fp-2"),
            ] {
                let error = Target::parse(text, nodegroups).map(|_| ()).expect_err(text);
                assert_eq!(error.word, word, "{text}: {error}");
                assert!(error.to_string().contains(part), "{text}: {error}");
                // In a top file the same matches nothing, but for the odd globs.
                assert!(!matches_top(text, host, nodegroups), "{text}");
            }
        });
    }

    #[test]
    fn has_bounds() {
        let open = "( ".repeat(1000) + "x" + &" )".repeat(1000);
        assert!(Target::parse(&open, &Map::new()).is_err());
        assert!(Target::parse(&"x".repeat(LENGTH_LIMIT + 1), &Map::new()).is_err());
        assert!(Target::parse(&"a or ".repeat(WORD_LIMIT), &Map::new()).is_err());
    }

    /// Targets as people write them.
    fn target() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-z*?-]{1,5}",
            "[GPIJ]@[a-z]{1,4}:[a-z]{1,4}[*]?",
            "[GI]\\|@[a-z]{1,4}\\|[a-z]{1,4}",
            "[LE]@[a-z]{1,4},?[a-z]{0,3}",
            "S@10\\.[0-9]\\.0\\.0/16",
            "N@(proxies|nested|ids|words)",
        ]
        .prop_filter("a word of its own", |word| !matches!(word.as_str(), "and" | "or" | "not"));
        word.prop_recursive(6, 40, 4, |inner| {
            let joined = (prop::collection::vec(inner.clone(), 1..4), "( and | or | not )")
                .prop_map(|(parts, operator)| format!("( {} )", parts.join(&operator)));
            prop_oneof![joined, inner.prop_map(|inner| format!("( not {inner} )"))]
        })
    }

    proptest! {
        #[test]
        fn never_panics(text in r"((and|or|not|\(|\)|[GPIJLESNRX].?@[a-z:|\[\]()*0-9/.]{0,6}|[a-z*?\[\]-]{1,5}|.{0,4}) ){0,12}") {
            on_host(|host, nodegroups| {
                if let Ok(target) = Target::parse(&text, nodegroups) {
                    let _ = target.matches(host);
                }
                let _ = matches_top(&text, host, nodegroups);
            });
        }

        #[test]
        fn any_text_is_a_target_or_an_error(text in r"\PC{0,60}") {
            on_host(|host, nodegroups| {
                let _ = Target::parse(&text, nodegroups).map(|target| target.matches(host));
                let _ = matches_top(&text, host, nodegroups);
            });
        }

        #[test]
        fn what_is_printed_is_the_same_target(text in target()) {
            on_host(|host, nodegroups| {
                let target = Target::parse(&text, nodegroups).unwrap();
                let printed = target.expression().to_string();
                let again = Target::parse(&printed, &Map::new()).unwrap();
                assert_eq!(again.expression().to_string(), printed, "{text}");
                assert_eq!(again.matches(host), target.matches(host), "{text}");
            });
        }
    }
}
