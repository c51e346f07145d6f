//! A query as a tree, by the precedence of its operators (Pratt's way).

use common::value::Value;

use super::DEPTH_LIMIT;
use super::lexer::{Token, tokens};

/// A query.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Query {
    Current,
    Field(String),
    Literal(Value),
    Index(i64),
    Slice([Option<i64>; 3]),
    /// The second on what the first finds.
    Then(Box<Query>, Box<Query>),
    /// The second on each item of the list that the first finds.
    Each(Box<Query>, Box<Query>),
    /// The second on each value of the map that the first finds.
    EachValue(Box<Query>, Box<Query>),
    /// The second on each item for which the third holds.
    EachIf(Box<Query>, Box<Query>, Box<Query>),
    Flatten(Box<Query>),
    Or(Box<Query>, Box<Query>),
    And(Box<Query>, Box<Query>),
    Not(Box<Query>),
    Compare(&'static str, Box<Query>, Box<Query>),
    List(Vec<Query>),
    Map(Vec<(String, Query)>),
    Call(String, Vec<Query>),
    /// `&expression`, an argument that a function evaluates itself.
    Reference(Box<Query>),
}

/// What binds weaker ends a projection.
const PROJECTION_STOP: u8 = 10;

/// Parses a query.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    if text.trim().is_empty() {
        return Err("Invalid jmespath expression: cannot be empty.".into());
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let query = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
}

fn power(token: &Token) -> u8 {
    match token {
        Token::Mark("|") => 1,
        Token::Mark("||") => 2,
        Token::Mark("&&") => 3,
        Token::Mark("==" | "!=" | "<" | "<=" | ">" | ">=") => 5,
        Token::Mark("[]") => 9,
        Token::Mark("*") => 20,
        Token::Mark("[?") => 21,
        Token::Mark(".") => 40,
        Token::Mark("!") => 45,
        Token::Mark("{") => 50,
        Token::Mark("[") => 55,
        Token::Mark("(") => 60,
        _ => 0,
    }
}

impl Parser {
    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> &Token {
        self.tokens.get(self.at + count).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at = (self.at + 1).min(self.tokens.len());
        token
    }

    fn takes(&mut self, mark: &str) -> bool {
        let found = matches!(self.peek(), Token::Mark(known) if *known == mark);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.takes(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> String {
        match self.tokens.get(self.at) {
            None | Some((Token::End, _)) => "Invalid jmespath expression: Incomplete expression:".into(),
            Some((token, column)) => {
                let (text, kind) = match token {
                    Token::Name(name) => (name.clone(), "UNQUOTED_IDENTIFIER"),
                    Token::Quoted(name) => (name.clone(), "QUOTED_IDENTIFIER"),
                    Token::Number(number) => (number.to_string(), "NUMBER"),
                    Token::Literal(value) => (value.to_string(), "LITERAL"),
                    Token::Mark(mark) => ((*mark).into(), mark_name(mark)),
                    Token::End => (String::new(), "EOF"),
                };
                format!(
                    "Invalid jmespath expression: Invalid token.: Parse error at column {column}, token \"{text}\" \
                     ({kind}), for expression:"
                )
            }
        }
    }

    fn expression(&mut self, right: u8) -> Result<Query, String> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(format!("the query is nested more than {DEPTH_LIMIT} deep"));
        }
        let mut left = self.prefix()?;
        while right < power(self.peek()) {
            left = self.infix(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Query, String> {
        let begin = self.at;
        match self.next() {
            Token::Literal(value) => Ok(Query::Literal(value)),
            Token::Name(name) => Ok(Query::Field(name)),
            Token::Quoted(name) if *self.peek() != Token::Mark("(") => Ok(Query::Field(name)),
            Token::Mark("@") => Ok(Query::Current),
            Token::Mark("*") => {
                Ok(Query::EachValue(Query::Current.into(), self.projected(power(&Token::Mark("*")))?.into()))
            }
            Token::Mark("[?") => self.filter(Query::Current),
            Token::Mark("{") => self.map(),
            Token::Mark("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Mark("[]") => Ok(Query::Each(
                Query::Flatten(Query::Current.into()).into(),
                self.projected(power(&Token::Mark("[]")))?.into(),
            )),
            Token::Mark("!") => Ok(Query::Not(self.expression(power(&Token::Mark("!")))?.into())),
            Token::Mark("&") => Ok(Query::Reference(self.expression(0)?.into())),
            Token::Mark("[") => match (self.peek(), self.ahead(1)) {
                (Token::Number(_) | Token::Mark(":"), _) => self.index(Query::Current),
                (Token::Mark("*"), Token::Mark("]")) => {
                    self.at += 2;
                    Ok(Query::Each(Query::Current.into(), self.projected(power(&Token::Mark("*")))?.into()))
                }
                _ => self.list(),
            },
            _ => {
                self.at = begin;
                Err(self.unexpected())
            }
        }
    }

    fn infix(&mut self, left: Query) -> Result<Query, String> {
        let begin = self.at;
        let token = self.next();
        let binds = power(&token);
        let Token::Mark(mark) = token else {
            self.at = begin;
            return Err(self.unexpected());
        };
        match mark {
            "." if self.takes("*") => {
                Ok(Query::EachValue(left.into(), self.projected(power(&Token::Mark("*")))?.into()))
            }
            "." => Ok(Query::Then(left.into(), self.after_dot(binds)?.into())),
            "|" => Ok(Query::Then(left.into(), self.expression(binds)?.into())),
            "||" => Ok(Query::Or(left.into(), self.expression(binds)?.into())),
            "&&" => Ok(Query::And(left.into(), self.expression(binds)?.into())),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                Ok(Query::Compare(mark, left.into(), self.expression(binds)?.into()))
            }
            "(" => match left {
                Query::Field(name) => self.call(name),
                _ => Err(self.unexpected()),
            },
            "[?" => self.filter(left),
            "[]" => Ok(Query::Each(Query::Flatten(left.into()).into(), self.projected(binds)?.into())),
            "[" => match (self.peek(), self.ahead(1)) {
                (Token::Number(_) | Token::Mark(":"), _) => self.index(left),
                (Token::Mark("*"), Token::Mark("]")) => {
                    self.at += 2;
                    Ok(Query::Each(left.into(), self.projected(power(&Token::Mark("*")))?.into()))
                }
                _ => Err(self.unexpected()),
            },
            _ => {
                self.at = begin;
                Err(self.unexpected())
            }
        }
    }

    /// What is asked of each item of a projection.
    fn projected(&mut self, binds: u8) -> Result<Query, String> {
        match self.peek() {
            token if power(token) < PROJECTION_STOP => Ok(Query::Current),
            Token::Mark("[" | "[?") => self.expression(binds),
            Token::Mark(".") => {
                self.at += 1;
                self.after_dot(binds)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn after_dot(&mut self, binds: u8) -> Result<Query, String> {
        match self.peek() {
            Token::Name(_) | Token::Quoted(_) | Token::Mark("*") => self.expression(binds),
            Token::Mark("[") => {
                self.at += 1;
                self.list()
            }
            Token::Mark("{") => {
                self.at += 1;
                self.map()
            }
            _ => Err(self.unexpected()),
        }
    }

    fn filter(&mut self, left: Query) -> Result<Query, String> {
        let condition = self.expression(0)?;
        self.expect("]")?;
        let right = match self.peek() {
            Token::Mark("[]") => Query::Current,
            _ => self.projected(power(&Token::Mark("[?")))?,
        };
        Ok(Query::EachIf(left.into(), right.into(), condition.into()))
    }

    /// An index or a slice, after its bracket.
    fn index(&mut self, left: Query) -> Result<Query, String> {
        if let (Token::Number(number), Token::Mark("]")) = (self.peek().clone(), self.ahead(1)) {
            self.at += 2;
            return Ok(Query::Then(left.into(), Query::Index(number).into()));
        }
        let (mut parts, mut part) = ([None; 3], 0);
        loop {
            match self.next() {
                Token::Mark("]") => break,
                Token::Mark(":") if part < 2 => part += 1,
                Token::Number(number) if parts[part].is_none() => parts[part] = Some(number),
                _ => {
                    self.at = self.at.saturating_sub(1);
                    return Err(self.unexpected());
                }
            }
        }
        if parts[2] == Some(0) {
            return Err("slice step cannot be zero".into());
        }
        let slice = Query::Then(left.into(), Query::Slice(parts).into());
        Ok(Query::Each(slice.into(), self.projected(power(&Token::Mark("*")))?.into()))
    }

    fn list(&mut self) -> Result<Query, String> {
        let mut items = vec![self.expression(0)?];
        while self.takes(",") {
            items.push(self.expression(0)?);
        }
        self.expect("]")?;
        Ok(Query::List(items))
    }

    fn map(&mut self) -> Result<Query, String> {
        let mut pairs = Vec::new();
        loop {
            let (Token::Name(name) | Token::Quoted(name)) = self.peek().clone() else {
                return Err(self.unexpected());
            };
            self.at += 1;
            self.expect(":")?;
            pairs.push((name, self.expression(0)?));
            if self.takes("}") {
                return Ok(Query::Map(pairs));
            }
            self.expect(",")?;
        }
    }

    fn call(&mut self, name: String) -> Result<Query, String> {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.expression(0)?);
        }
        Ok(Query::Call(name, arguments))
    }
}

fn mark_name(mark: &str) -> &'static str {
    match mark {
        "[]" => "FLATTEN",
        "[?" => "FILTER",
        "||" => "OR",
        "&&" => "AND",
        "==" => "EQ",
        "!=" => "NE",
        "<=" => "LTE",
        ">=" => "GTE",
        "." => "DOT",
        "*" => "STAR",
        "," => "COMMA",
        ":" => "COLON",
        "{" => "LBRACE",
        "}" => "RBRACE",
        "]" => "RBRACKET",
        "(" => "LPAREN",
        ")" => "RPAREN",
        "[" => "LBRACKET",
        "|" => "PIPE",
        "&" => "EXPREF",
        "@" => "CURRENT",
        "<" => "LT",
        ">" => "GT",
        _ => "NOT",
    }
}
