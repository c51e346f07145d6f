//! Expressions, from what binds least to what binds most.

use std::sync::Arc;

use minijinja::Value;

use super::SyntaxError;
use super::parser::Parser;
use super::token::Token;
use super::tree::{Arguments, Comparison, Expression, Kind, Target};

type Read = Result<Expression, SyntaxError>;

fn at(line: u32, kind: Kind) -> Expression {
    Expression { line, kind }
}

impl Parser {
    pub(super) fn expression(&mut self) -> Read {
        self.nested(Self::conditional)
    }

    /// Expressions with commas between them are a tuple.
    pub(super) fn tuple(&mut self, conditional: bool, end: Option<&str>, parentheses: bool) -> Read {
        let mut line = self.line();
        let mut items = Vec::new();
        let mut is_tuple = false;
        loop {
            if !items.is_empty() {
                self.expect(",")?;
            }
            let ended = matches!(self.token(), Token::VariableEnd | Token::BlockEnd)
                || self.token().is(")")
                || end.is_some_and(|end| self.token().is_name(end));
            if ended {
                break;
            }
            items.push(if conditional { self.expression()? } else { self.nested(Self::or)? });
            if !self.token().is(",") {
                break;
            }
            is_tuple = true;
            line = self.line();
        }
        if !is_tuple {
            if let Some(only) = items.pop() {
                return Ok(only);
            }
            if !parentheses {
                return Err(self.error(format!("Expected an expression, got '{}'", self.token().describe())));
            }
        }
        Ok(at(line, Kind::Tuple(items)))
    }

    fn conditional(&mut self) -> Read {
        let mut line = self.line();
        let mut value = self.or()?;
        let mut links = 0;
        while self.skip_name("if") {
            self.link(&mut links)?;
            let soft = std::mem::replace(&mut self.soft, true);
            let test = self.or()?;
            let otherwise = if self.skip_name("else") { Some(self.nested(Self::conditional)?) } else { None };
            self.soft = soft;
            value = at(line, Kind::Conditional(Box::new([test, value]), otherwise.map(Box::new)));
            line = self.line();
        }
        Ok(value)
    }

    fn or(&mut self) -> Read {
        let mut line = self.line();
        let mut left = self.and()?;
        let mut links = 0;
        while self.skip_name("or") {
            self.link(&mut links)?;
            left = at(line, Kind::Or(Box::new([left, self.and()?])));
            line = self.line();
        }
        Ok(left)
    }

    fn and(&mut self) -> Read {
        let mut line = self.line();
        let mut left = self.not()?;
        let mut links = 0;
        while self.skip_name("and") {
            self.link(&mut links)?;
            left = at(line, Kind::And(Box::new([left, self.not()?])));
            line = self.line();
        }
        Ok(left)
    }

    fn not(&mut self) -> Read {
        let line = self.line();
        if self.skip_name("not") {
            return Ok(at(line, Kind::Not(Box::new(self.nested(Self::not)?))));
        }
        self.compare()
    }

    fn compare(&mut self) -> Read {
        let mut line = self.line();
        let first = self.sum()?;
        let mut rest = Vec::new();
        loop {
            let comparison = match self.token() {
                Token::Operator("==") => Comparison::Equal,
                Token::Operator("!=") => Comparison::NotEqual,
                Token::Operator("<") => Comparison::Less,
                Token::Operator("<=") => Comparison::LessOrEqual,
                Token::Operator(">") => Comparison::Greater,
                Token::Operator(">=") => Comparison::GreaterOrEqual,
                token if token.is_name("in") => Comparison::In,
                token if token.is_name("not") && self.following().is_name("in") => {
                    self.advance();
                    Comparison::NotIn
                }
                _ => break,
            };
            self.advance();
            rest.push((comparison, self.sum()?));
            line = self.line();
        }
        Ok(if rest.is_empty() { first } else { at(line, Kind::Compare(Box::new(first), rest)) })
    }

    /// Operators of one rank, from the left.
    fn operators(&mut self, operators: &[&'static str], operand: fn(&mut Self) -> Read) -> Read {
        let mut line = self.line();
        let mut left = operand(self)?;
        let mut links = 0;
        while let Some(operator) = operators.iter().find(|operator| self.token().is(operator)) {
            self.link(&mut links)?;
            self.advance();
            left = at(line, Kind::Binary(operator, Box::new([left, operand(self)?])));
            line = self.line();
        }
        Ok(left)
    }

    fn sum(&mut self) -> Read {
        self.operators(&["+", "-"], Self::concat)
    }

    fn concat(&mut self) -> Read {
        let line = self.line();
        let first = self.product()?;
        if !self.token().is("~") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.skip("~") {
            parts.push(self.product()?);
        }
        Ok(at(line, Kind::Concat(parts)))
    }

    fn product(&mut self) -> Read {
        self.operators(&["*", "/", "//", "%"], Self::power)
    }

    fn power(&mut self) -> Read {
        self.operators(&["**"], |parser| parser.unary(true))
    }

    fn unary(&mut self, filters: bool) -> Read {
        let line = self.line();
        let mut value = if self.skip("-") {
            at(line, Kind::Sign('-', Box::new(self.nested(|parser| parser.unary(false))?)))
        } else if self.skip("+") {
            at(line, Kind::Sign('+', Box::new(self.nested(|parser| parser.unary(false))?)))
        } else {
            self.primary()?
        };
        value = self.postfix(value)?;
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            value = match self.token() {
                _ if !filters => return Ok(value),
                Token::Operator("|") => self.filter(Some(value))?,
                Token::Operator("(") => self.call(value)?,
                token if token.is_name("is") => self.test(value)?,
                _ => return Ok(value),
            };
        }
    }

    fn primary(&mut self) -> Read {
        let line = self.line();
        let constant = |value: Value| Ok(at(line, Kind::Constant(value)));
        match self.token().clone() {
            Token::Name(name) => {
                self.advance();
                match &*name {
                    "true" | "True" => constant(true.into()),
                    "false" | "False" => constant(false.into()),
                    "none" | "None" => constant(().into()),
                    name => {
                        self.reads(name);
                        Ok(at(line, Kind::Name(name.into())))
                    }
                }
            }
            Token::Text(mut text) => {
                self.advance();
                while let Token::Text(more) = self.token().clone() {
                    text.push_str(&more);
                    self.advance();
                }
                constant(text.into())
            }
            Token::Integer(number) => {
                self.advance();
                constant(number.into())
            }
            Token::Float(number) => {
                self.advance();
                constant(number.into())
            }
            Token::Operator("(") => {
                self.advance();
                let value = self.nested(|parser| parser.tuple(true, None, true))?;
                self.expect(")")?;
                Ok(value)
            }
            Token::Operator("[") => {
                let items = self.nested(Self::list)?;
                Ok(at(line, Kind::List(items)))
            }
            Token::Operator("{") => self.nested(Self::dict),
            token => Err(self.error(format!("unexpected '{}'", token.describe()))),
        }
    }

    fn list(&mut self) -> Result<Vec<Expression>, SyntaxError> {
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.token().is("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            if self.token().is("]") {
                break;
            }
            items.push(self.expression()?);
        }
        self.expect("]")?;
        Ok(items)
    }

    fn dict(&mut self) -> Read {
        let line = self.line();
        self.expect("{")?;
        let mut pairs = Vec::new();
        while !self.token().is("}") {
            if !pairs.is_empty() {
                self.expect(",")?;
            }
            if self.token().is("}") {
                break;
            }
            let key = self.expression()?;
            self.expect(":")?;
            pairs.push((key, self.expression()?));
        }
        self.expect("}")?;
        Ok(at(line, Kind::Dict(pairs)))
    }

    fn postfix(&mut self, mut value: Expression) -> Read {
        let mut links = 0;
        loop {
            self.link(&mut links)?;
            value = match self.token() {
                Token::Operator("." | "[") => self.subscript(value)?,
                Token::Operator("(") => self.call(value)?,
                _ => return Ok(value),
            };
        }
    }

    fn subscript(&mut self, value: Expression) -> Read {
        let line = self.line();
        if self.skip(".") {
            return match self.advance() {
                Token::Name(name) => Ok(at(line, Kind::Attribute(Box::new(value), Arc::from(&*name)))),
                Token::Integer(index) => {
                    let index = at(line, Kind::Constant(index.into()));
                    Ok(at(line, Kind::Item(Box::new(value), Box::new(index))))
                }
                _ => Err(SyntaxError { message: "expected name or number".into(), line }),
            };
        }
        self.expect("[")?;
        let mut keys = Vec::new();
        while !self.token().is("]") {
            if !keys.is_empty() {
                self.expect(",")?;
            }
            keys.push(self.key()?);
        }
        self.expect("]")?;
        let key = match <[Expression; 1]>::try_from(keys) {
            Ok([key]) => key,
            Err(keys) => at(line, Kind::Tuple(keys)),
        };
        Ok(at(line, Kind::Item(Box::new(value), Box::new(key))))
    }

    /// A key, or a slice.
    fn key(&mut self) -> Read {
        let line = self.line();
        let mut parts = [None, None, None];
        if !self.token().is(":") {
            let start = self.expression()?;
            if !self.token().is(":") {
                return Ok(start);
            }
            parts[0] = Some(start);
        }
        self.expect(":")?;
        if !self.token().is(":") && !self.token().is("]") && !self.token().is(",") {
            parts[1] = Some(self.expression()?);
        }
        if self.skip(":") && !self.token().is("]") && !self.token().is(",") {
            parts[2] = Some(self.expression()?);
        }
        Ok(at(line, Kind::Slice(Box::new(parts))))
    }

    pub(super) fn call(&mut self, value: Expression) -> Read {
        let line = self.line();
        let arguments = self.nested(Self::arguments)?;
        Ok(at(line, Kind::Call(Box::new(value), Box::new(arguments))))
    }

    fn arguments(&mut self) -> Result<Arguments, SyntaxError> {
        let line = self.line();
        self.expect("(")?;
        let mut arguments = Arguments::default();
        let mut first = true;
        let ensure = |right: bool| {
            let message = || "invalid syntax for function call expression".into();
            if right { Ok(()) } else { Err(SyntaxError { message: message(), line }) }
        };
        while !self.token().is(")") {
            if !first {
                self.expect(",")?;
                if self.token().is(")") {
                    break;
                }
            }
            first = false;
            if self.token().is("*") {
                ensure(arguments.items.is_none() && arguments.pairs.is_none())?;
                self.advance();
                arguments.items = Some(self.expression()?);
            } else if self.token().is("**") {
                ensure(arguments.pairs.is_none())?;
                self.advance();
                arguments.pairs = Some(self.expression()?);
            } else if matches!(self.token(), Token::Name(_)) && self.following().is("=") {
                ensure(arguments.pairs.is_none())?;
                let name = self.name()?;
                self.advance();
                arguments.keyword.push((name, self.expression()?));
            } else {
                let plain = arguments.items.is_none() && arguments.pairs.is_none();
                ensure(plain && arguments.keyword.is_empty())?;
                arguments.positional.push(self.expression()?);
            }
        }
        self.expect(")")?;
        Ok(arguments)
    }

    /// A name with dots.
    fn dotted(&mut self) -> Result<Arc<str>, SyntaxError> {
        let mut name = self.name()?;
        while self.skip(".") {
            name = format!("{name}.{}", self.name()?).into();
        }
        Ok(name)
    }

    fn filter(&mut self, value: Option<Expression>) -> Read {
        self.expect("|")?;
        self.inline_filter(value)
    }

    /// `name(…)|name(…)`, as after `{% filter` or `{% set x |`.
    pub(super) fn filters(&mut self) -> Read {
        let mut value = self.inline_filter(None)?;
        let mut links = 0;
        while self.token().is("|") {
            self.link(&mut links)?;
            value = self.filter(Some(value))?;
        }
        Ok(value)
    }

    fn inline_filter(&mut self, value: Option<Expression>) -> Read {
        let line = self.line();
        let name = self.dotted()?;
        self.use_of(&name, true, line);
        let arguments =
            if self.token().is("(") { self.nested(Self::arguments)? } else { Arguments::default() };
        Ok(at(line, Kind::Filter(value.map(Box::new), name, Box::new(arguments))))
    }

    fn test(&mut self, value: Expression) -> Read {
        let line = self.line();
        self.advance();
        let negated = self.skip_name("not");
        let name = self.dotted()?;
        self.use_of(&name, false, line);
        let takes_argument = match self.token() {
            Token::Name(word) => !matches!(&**word, "else" | "or" | "and"),
            Token::Text(_) | Token::Integer(_) | Token::Float(_) | Token::Operator("[" | "{") => true,
            _ => false,
        };
        let arguments = if self.token().is("(") {
            self.nested(Self::arguments)?
        } else if takes_argument {
            if self.token().is_name("is") {
                return Err(self.error("You cannot chain multiple tests with is"));
            }
            let argument = self.primary()?;
            Arguments { positional: vec![self.postfix(argument)?], ..Arguments::default() }
        } else {
            Arguments::default()
        };
        let test = at(line, Kind::Test(Box::new(value), name, Box::new(arguments)));
        Ok(if negated { at(line, Kind::Not(Box::new(test))) } else { test })
    }

    /// One name that is assigned.
    pub(super) fn target_name(&mut self) -> Result<Arc<str>, SyntaxError> {
        let line = self.line();
        let name = self.name()?;
        if matches!(&*name, "true" | "false" | "none" | "True" | "False" | "None") {
            return Err(SyntaxError { message: "can't assign to 'name'".into(), line });
        }
        self.stores(&name);
        Ok(name)
    }

    /// What is assigned to: names, with commas and parentheses.
    pub(super) fn target(&mut self, end: Option<&str>, namespaces: bool) -> Result<Target, SyntaxError> {
        let mut targets = Vec::new();
        let mut is_tuple = false;
        loop {
            if !targets.is_empty() {
                self.expect(",")?;
            }
            let ended = matches!(self.token(), Token::VariableEnd | Token::BlockEnd)
                || self.token().is(")")
                || end.is_some_and(|end| self.token().is_name(end));
            if ended {
                break;
            }
            targets.push(self.nested(|parser| parser.single_target(namespaces))?);
            if !self.token().is(",") {
                break;
            }
            is_tuple = true;
        }
        if !is_tuple {
            return match targets.pop() {
                Some(only) => Ok(only),
                None => Err(self.error(format!("Expected an expression, got '{}'", self.token().describe()))),
            };
        }
        Ok(Target::Tuple(targets))
    }

    fn single_target(&mut self, namespaces: bool) -> Result<Target, SyntaxError> {
        let line = self.line();
        let wrong = |what: &str| Err(SyntaxError { message: format!("can't assign to '{what}'"), line });
        match self.token().clone() {
            Token::Name(name) => match &*name {
                "true" | "false" | "none" | "True" | "False" | "None" => wrong("const"),
                _ if namespaces && self.following().is(".") => {
                    self.advance();
                    self.advance();
                    self.reads(&name);
                    Ok(Target::Attribute(Arc::from(&*name), self.name()?))
                }
                _ => self.target_name().map(Target::Name),
            },
            Token::Operator("(") => {
                self.advance();
                let target = self.target(None, namespaces)?;
                self.expect(")")?;
                Ok(target)
            }
            Token::Text(_) | Token::Integer(_) | Token::Float(_) => wrong("const"),
            Token::Operator("[") => wrong("list"),
            Token::Operator("{") => wrong("dict"),
            token => Err(self.error(format!("unexpected '{}'", token.describe()))),
        }
    }
}
