//! Expressions, from what binds least to what binds most.

use std::sync::Arc;

use super::SyntaxError;
use super::parser::Parser;
use super::token::Token;
use super::tree::{Arguments, Comparison, Expression, Kind, Target};

type Read = Result<Expression, SyntaxError>;

impl Parser {
    /// An expression that began at `start` and ends with the token that was read last.
    fn node(&self, line: u32, start: usize, kind: Kind) -> Read {
        let too_high =
            |limit| self.error_from(line, start, format!("expressions are nested more than {limit} deep"));
        Expression::new(line, self.extent_from(start), kind).map_err(too_high)
    }

    pub(super) fn expression(&mut self) -> Read {
        self.nested(Self::conditional)
    }

    /// Expressions with commas between them are a tuple.
    pub(super) fn tuple(&mut self, conditional: bool, end: Option<&str>, parentheses: bool) -> Read {
        let mut line = self.line();
        let start = self.offset();
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
        self.node(line, start, Kind::Tuple(items))
    }

    fn conditional(&mut self) -> Read {
        let mut line = self.line();
        let start = self.offset();
        let mut value = self.or()?;
        let mut links = 0;
        while self.skip_name("if") {
            self.link(&mut links)?;
            let soft = std::mem::replace(&mut self.soft, true);
            let test = self.or()?;
            let otherwise = if self.skip_name("else") { Some(self.nested(Self::conditional)?) } else { None };
            self.soft = soft;
            value =
                self.node(line, start, Kind::Conditional(Box::new([test, value]), otherwise.map(Box::new)))?;
            line = self.line();
        }
        Ok(value)
    }

    fn or(&mut self) -> Read {
        self.chain("or", Self::and, Kind::Or)
    }

    fn and(&mut self) -> Read {
        self.chain("and", Self::not, Kind::And)
    }

    /// Operands with one word between them, from the left.
    fn chain(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Read,
        kind: fn(Box<[Expression; 2]>) -> Kind,
    ) -> Read {
        let mut line = self.line();
        let start = self.offset();
        let mut left = operand(self)?;
        let mut links = 0;
        while self.skip_name(word) {
            self.link(&mut links)?;
            let right = operand(self)?;
            left = self.node(line, start, kind(Box::new([left, right])))?;
            line = self.line();
        }
        Ok(left)
    }

    fn not(&mut self) -> Read {
        let line = self.line();
        let start = self.offset();
        if self.skip_name("not") {
            let value = self.nested(Self::not)?;
            return self.node(line, start, Kind::Not(Box::new(value)));
        }
        self.compare()
    }

    fn compare(&mut self) -> Read {
        let mut line = self.line();
        let start = self.offset();
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
        if rest.is_empty() { Ok(first) } else { self.node(line, start, Kind::Compare(Box::new(first), rest)) }
    }

    /// Operators of one rank, from the left.
    fn operators(&mut self, operators: &[&'static str], operand: fn(&mut Self) -> Read) -> Read {
        let mut line = self.line();
        let start = self.offset();
        let mut left = operand(self)?;
        let mut links = 0;
        while let Some(operator) = operators.iter().find(|operator| self.token().is(operator)) {
            self.link(&mut links)?;
            self.advance();
            let right = operand(self)?;
            left = self.node(line, start, Kind::Binary(operator, Box::new([left, right])))?;
            line = self.line();
        }
        Ok(left)
    }

    fn sum(&mut self) -> Read {
        self.operators(&["+", "-"], Self::concat)
    }

    fn concat(&mut self) -> Read {
        let line = self.line();
        let start = self.offset();
        let first = self.product()?;
        if !self.token().is("~") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.skip("~") {
            parts.push(self.product()?);
        }
        self.node(line, start, Kind::Concat(parts))
    }

    fn product(&mut self) -> Read {
        self.operators(&["*", "/", "//", "%"], Self::power)
    }

    fn power(&mut self) -> Read {
        self.operators(&["**"], |parser| parser.unary(true))
    }

    fn unary(&mut self, filters: bool) -> Read {
        let line = self.line();
        let start = self.offset();
        let sign = ['-', '+'].into_iter().find(|sign| self.skip(if *sign == '-' { "-" } else { "+" }));
        let mut value = match sign {
            Some(sign) => {
                let value = self.nested(|parser| parser.unary(false))?;
                self.node(line, start, Kind::Sign(sign, Box::new(value)))?
            }
            None => self.primary()?,
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
        let start = self.offset();
        let kind = match self.token().clone() {
            Token::Name(name) => {
                self.advance();
                match &*name {
                    "true" | "True" => Kind::Constant(true.into()),
                    "false" | "False" => Kind::Constant(false.into()),
                    "none" | "None" => Kind::Constant(().into()),
                    name => {
                        self.reads(name);
                        Kind::Name(name.into())
                    }
                }
            }
            Token::Text(mut text) => {
                self.advance();
                while let Token::Text(more) = self.token().clone() {
                    text.push_str(&more);
                    self.advance();
                }
                Kind::Constant(text.into())
            }
            Token::Integer(number) => {
                self.advance();
                Kind::Constant(number.into())
            }
            Token::Float(number) => {
                self.advance();
                Kind::Constant(number.into())
            }
            Token::Operator("(") => {
                self.advance();
                let mut value = self.nested(|parser| parser.tuple(true, None, true))?;
                self.expect(")")?;
                value.extent = self.extent_from(start);
                return Ok(value);
            }
            Token::Operator("[") => Kind::List(self.nested(Self::list)?),
            Token::Operator("{") => return self.nested(Self::dict),
            token => return Err(self.error(format!("unexpected '{}'", token.describe()))),
        };
        self.node(line, start, kind)
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
        let start = self.offset();
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
        self.node(line, start, Kind::Dict(pairs))
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
        let start = value.extent.start();
        if self.skip(".") {
            let at = self.offset();
            let kind = match self.advance() {
                Token::Name(name) => Kind::Attribute(Box::new(value), Arc::from(&*name)),
                Token::Integer(index) => {
                    let index = self.node(line, at, Kind::Constant(index.into()))?;
                    Kind::Item(Box::new(value), Box::new(index))
                }
                _ => return Err(self.error_from(line, at, "expected name or number")),
            };
            return self.node(line, start, kind);
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
            Err(keys) => self.node(line, start, Kind::Tuple(keys))?,
        };
        self.node(line, start, Kind::Item(Box::new(value), Box::new(key)))
    }

    /// A key, or a slice.
    fn key(&mut self) -> Read {
        let line = self.line();
        let start = self.offset();
        let mut parts = [None, None, None];
        if !self.token().is(":") {
            let first = self.expression()?;
            if !self.token().is(":") {
                return Ok(first);
            }
            parts[0] = Some(first);
        }
        self.expect(":")?;
        if !self.token().is(":") && !self.token().is("]") && !self.token().is(",") {
            parts[1] = Some(self.expression()?);
        }
        if self.skip(":") && !self.token().is("]") && !self.token().is(",") {
            parts[2] = Some(self.expression()?);
        }
        self.node(line, start, Kind::Slice(Box::new(parts)))
    }

    pub(super) fn call(&mut self, value: Expression) -> Read {
        let line = self.line();
        let start = value.extent.start();
        let arguments = self.nested(Self::arguments)?;
        self.node(line, start, Kind::Call(Box::new(value), Box::new(arguments)))
    }

    fn arguments(&mut self) -> Result<Arguments, SyntaxError> {
        let line = self.line();
        let start = self.offset();
        self.expect("(")?;
        let mut arguments = Arguments::default();
        let mut first = true;
        let ensure = |parser: &Self, right: bool| match right {
            true => Ok(()),
            false => Err(parser.error_from(line, start, "invalid syntax for function call expression")),
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
                ensure(self, arguments.items.is_none() && arguments.pairs.is_none())?;
                self.advance();
                arguments.items = Some(self.expression()?);
            } else if self.token().is("**") {
                ensure(self, arguments.pairs.is_none())?;
                self.advance();
                arguments.pairs = Some(self.expression()?);
            } else if matches!(self.token(), Token::Name(_)) && self.following().is("=") {
                ensure(self, arguments.pairs.is_none())?;
                let name = self.name()?;
                self.advance();
                arguments.keyword.push((name, self.expression()?));
            } else {
                let plain = arguments.items.is_none() && arguments.pairs.is_none();
                ensure(self, plain && arguments.keyword.is_empty())?;
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
        let at = self.offset();
        let start = value.as_ref().map_or(at, |value| value.extent.start());
        let name = self.dotted()?;
        self.use_of(&name, true, line, at);
        let arguments =
            if self.token().is("(") { self.nested(Self::arguments)? } else { Arguments::default() };
        self.node(line, start, Kind::Filter(value.map(Box::new), name, Box::new(arguments)))
    }

    fn test(&mut self, value: Expression) -> Read {
        let line = self.line();
        let start = value.extent.start();
        self.advance();
        let negated = self.skip_name("not");
        let at = self.offset();
        let name = self.dotted()?;
        self.use_of(&name, false, line, at);
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
        let test = self.node(line, start, Kind::Test(Box::new(value), name, Box::new(arguments)))?;
        if negated { self.node(line, start, Kind::Not(Box::new(test))) } else { Ok(test) }
    }

    /// One name that is assigned.
    pub(super) fn target_name(&mut self) -> Result<Arc<str>, SyntaxError> {
        let line = self.line();
        let start = self.offset();
        let name = self.name()?;
        if matches!(&*name, "true" | "false" | "none" | "True" | "False" | "None") {
            return Err(self.error_from(line, start, "can't assign to 'name'"));
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
        let start = self.offset();
        let wrong = |parser: &mut Self, what: &str| {
            parser.advance();
            Err(parser.error_from(line, start, format!("can't assign to '{what}'")))
        };
        match self.token().clone() {
            Token::Name(name) => match &*name {
                "true" | "false" | "none" | "True" | "False" | "None" => wrong(self, "const"),
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
            Token::Text(_) | Token::Integer(_) | Token::Float(_) => wrong(self, "const"),
            Token::Operator("[") => wrong(self, "list"),
            Token::Operator("{") => wrong(self, "dict"),
            token => Err(self.error(format!("unexpected '{}'", token.describe()))),
        }
    }
}
