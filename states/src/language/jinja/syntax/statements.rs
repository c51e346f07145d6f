//! Tags: Jinja2's, those of the extensions that Salt switches on, and Salt's own.

use std::sync::Arc;

use super::SyntaxError;
use super::parser::{Parser, Special};
use super::token::Token;
use super::tree::{Action, Block, Expression, Extent, For, Import, Kind, Macro, Statement, Target};

type Body = Result<Vec<Statement>, SyntaxError>;

impl Parser {
    /// A body: what follows a tag, up to one of `ends`, which stays the current token.
    pub(super) fn statements(&mut self, ends: &'static [&'static str]) -> Body {
        self.skip(":");
        self.expect_token(&Token::BlockEnd)?;
        self.ends.push(ends);
        let body = self.nested(|parser| parser.statements_until(Some(ends)))?;
        if matches!(self.token(), Token::End) {
            return Err(self.lost(None));
        }
        self.ends.pop();
        Ok(body)
    }

    /// A body and the tag that ends it.
    fn closed(&mut self, ends: &'static [&'static str]) -> Body {
        let body = self.statements(ends)?;
        self.advance();
        Ok(body)
    }

    pub(super) fn statements_until(&mut self, ends: Option<&'static [&'static str]>) -> Body {
        let mut body = Vec::new();
        loop {
            let (line, offset) = (self.line(), self.offset());
            match self.advance() {
                Token::Data(text) => {
                    body.push(Statement { line, kind: Action::Data(text.into(), offset) });
                }
                Token::VariableBegin => {
                    let value = self.tuple(true, None, false)?;
                    self.expect_token(&Token::VariableEnd)?;
                    body.push(Statement { line: value.line, kind: Action::Print(value) });
                }
                Token::BlockBegin => {
                    let ended = |end: &&str| self.token().is_name(end);
                    if ends.is_some_and(|ends| ends.iter().any(ended)) {
                        return Ok(body);
                    }
                    self.statement(&mut body)?;
                    self.expect_token(&Token::BlockEnd)?;
                }
                _ => return Ok(body),
            }
        }
    }

    fn statement(&mut self, out: &mut Vec<Statement>) -> Result<(), SyntaxError> {
        let Token::Name(tag) = self.token().clone() else { return Err(self.error("tag name expected")) };
        let line = self.line();
        let start = self.offset();
        self.tags.push((tag.clone(), Extent::new(start, start + tag.len())));
        let kind = match &*tag {
            "for" => self.read_for(line)?,
            "if" => self.read_if()?,
            "set" => self.read_set()?,
            "with" => self.read_with()?,
            "macro" => self.read_macro(line)?,
            "call" => self.read_call(line)?,
            "filter" => {
                self.advance();
                let filter = self.filters()?;
                Action::FilterBlock(filter, self.inner(&["endfilter"])?)
            }
            "autoescape" => {
                self.advance();
                let on = self.expression()?;
                Action::Autoescape(on, self.inner(&["endautoescape"])?)
            }
            "do" => {
                self.advance();
                Action::Do(self.tuple(true, None, false)?)
            }
            "print" => {
                self.advance();
                let mut first = true;
                while !matches!(self.token(), Token::BlockEnd) {
                    if !std::mem::take(&mut first) {
                        self.expect(",")?;
                    }
                    let value = self.expression()?;
                    out.push(Statement { line: value.line, kind: Action::Print(value) });
                }
                self.tags.pop();
                return Ok(());
            }
            "block" => self.read_block(line)?,
            "extends" => {
                self.advance();
                // A condition is no scope of its own.
                if self.tags.iter().any(|(tag, _)| !matches!(&**tag, "if" | "extends")) {
                    let message = "cannot use extend from a non top-level scope";
                    let fault = self.error_from(line, start, message);
                    self.faults.push(fault);
                }
                Action::Extends(self.expression()?)
            }
            "include" => self.read_include()?,
            "import" => Action::Import(self.read_import()?),
            "import_yaml" => Action::ImportData(self.read_import()?, "load_yaml"),
            "import_json" => Action::ImportData(self.read_import()?, "load_json"),
            "import_text" => Action::ImportData(self.read_import()?, "load_text"),
            "from" => self.read_from()?,
            "load_yaml" => self.read_load("load_yaml", line)?,
            "load_json" => self.read_load("load_json", line)?,
            "load_text" => self.read_load("load_text", line)?,
            "profile" => {
                self.advance();
                self.expect_name("as")?;
                let label = self.expression()?;
                Action::Profile(label, self.closed(&["endprofile"])?)
            }
            "break" | "continue" => {
                self.advance();
                if self.loops == 0 {
                    let fault = self.error_from(line, start, format!("'{tag}' outside loop"));
                    self.faults.push(fault);
                }
                if &*tag == "break" { Action::Break } else { Action::Continue }
            }
            _ => {
                self.tags.pop();
                return Err(self.lost(Some(&tag)));
            }
        };
        self.tags.pop();
        out.push(Statement { line, kind });
        Ok(())
    }

    /// An unknown tag, or the end of the template inside a body.
    fn lost(&self, tag: Option<&str>) -> SyntaxError {
        let mut message = match tag {
            None => "Unexpected end of template.".to_owned(),
            Some(tag) => format!("Encountered unknown tag '{tag}'."),
        };
        if let Some(looking) = self.ends.last() {
            let looking = looking.iter().map(|end| format!("'{end}'")).collect::<Vec<_>>().join(" or ");
            let nested = tag.is_some_and(|tag| self.ends.iter().any(|ends| ends.contains(&tag)));
            message.push_str(&if nested {
                format!(
                    " You probably made a nesting mistake. Jinja is expecting this tag, but currently looking \
                     for {looking}."
                )
            } else {
                format!(" Jinja was looking for the following tags: {looking}.")
            });
        }
        if let Some((open, _)) = self.tags.last() {
            message.push_str(&format!(" The innermost block that needs to be closed is '{open}'."));
        }
        SyntaxError { open: self.tags.last().cloned(), ..self.error(message) }
    }

    /// A body whose names are its own, and which always runs when it is reached.
    fn inner(&mut self, ends: &'static [&'static str]) -> Body {
        let soft = std::mem::take(&mut self.soft);
        let body = self.closed(ends);
        self.soft = soft;
        body
    }

    fn read_for(&mut self, line: u32) -> Result<Action, SyntaxError> {
        self.advance();
        let start = self.offset();
        let target = self.target(Some("in"), false)?;
        if matches!(&target, Target::Name(name) if &**name == "loop") {
            let message = "Can't assign to special loop variable in for-loop target";
            let fault = self.error_from(line, start, message);
            self.faults.push(fault);
        }
        self.expect_name("in")?;
        let items = self.tuple(false, Some("recursive"), false)?;
        let test = if self.skip_name("if") { Some(self.expression()?) } else { None };
        let recursive = self.skip_name("recursive");
        self.loops += 1;
        let (body, mentions) = self.body(false, &["endfor", "else"])?;
        self.loops -= 1;
        let otherwise = if matches!(self.advance(), Token::Name(name) if &*name == "else") {
            self.inner(&["endfor"])?
        } else {
            Vec::new()
        };
        let scoped = |statement: &Statement| matches!(&statement.kind, Action::Block(block) if block.scoped);
        let has_loop = recursive || mentions.has(Special::Loop) || body.iter().any(scoped);
        Ok(Action::For(Arc::new(For { line, target, items, test, recursive, body, otherwise, has_loop })))
    }

    fn read_if(&mut self) -> Result<Action, SyntaxError> {
        let soft = std::mem::replace(&mut self.soft, true);
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        self.advance();
        loop {
            let line = self.line();
            let test = self.tuple(false, None, false)?;
            let body = self.statements(&["elif", "else", "endif"])?;
            branches.push((line, test, body));
            match self.advance() {
                Token::Name(name) if &*name == "elif" => {}
                Token::Name(name) if &*name == "else" => {
                    otherwise = self.closed(&["endif"])?;
                    break;
                }
                _ => break,
            }
        }
        self.soft = soft;
        Ok(Action::If(branches, otherwise))
    }

    fn read_set(&mut self) -> Result<Action, SyntaxError> {
        self.advance();
        // The value is read before the name is stored, as it is run.
        let target = self.target(None, true)?;
        if self.skip("=") {
            return Ok(Action::Set(target, self.tuple(true, None, false)?));
        }
        let filter = if self.skip("|") { Some(self.filters()?) } else { None };
        Ok(Action::SetBlock(target, filter, self.inner(&["endset"])?))
    }

    fn read_with(&mut self) -> Result<Action, SyntaxError> {
        self.advance();
        let mut pairs = Vec::new();
        while !matches!(self.token(), Token::BlockEnd) {
            if !pairs.is_empty() {
                self.expect(",")?;
            }
            let target = self.target(None, false)?;
            self.expect("=")?;
            pairs.push((target, self.expression()?));
        }
        Ok(Action::With(pairs, self.inner(&["endwith"])?))
    }

    /// The parameters and their defaults, if there are parentheses or there must be.
    fn signature(&mut self) -> Result<(Vec<Arc<str>>, Vec<Expression>), SyntaxError> {
        self.expect("(")?;
        let (mut parameters, mut defaults) = (Vec::new(), Vec::new());
        while !self.token().is(")") {
            if !parameters.is_empty() {
                self.expect(",")?;
            }
            let name = self.target_name()?;
            if self.skip("=") {
                defaults.push(self.expression()?);
            } else if !defaults.is_empty() {
                return Err(self.error("non-default argument follows default argument"));
            }
            parameters.push(name);
        }
        self.expect(")")?;
        Ok((parameters, defaults))
    }

    fn macro_body(
        &mut self,
        name: Option<Arc<str>>,
        signature: (Vec<Arc<str>>, Vec<Expression>),
        line: u32,
        end: &'static [&'static str],
    ) -> Result<Arc<Macro>, SyntaxError> {
        let extent = self.tags.last().map(|(_, extent)| *extent).unwrap_or_default();
        let loops = std::mem::take(&mut self.loops);
        let (body, mentions) = self.body(false, end)?;
        self.loops = loops;
        self.advance();
        let (parameters, defaults) = signature;
        let own = |name: &str| parameters.iter().any(|parameter| **parameter == *name);
        let plain = parameters.len() - defaults.len();
        if mentions.has(Special::Caller) && parameters.iter().take(plain).any(|name| &**name == "caller") {
            let message = "When defining macros or call blocks the special \"caller\" argument must be omitted or \
                           be given a default.";
            let fault = SyntaxError::new(message, line, extent);
            self.faults.push(fault);
        }
        Ok(Arc::new(Macro {
            extent,
            caller: mentions.has(Special::Caller),
            kwargs: mentions.has(Special::Kwargs) && !own("kwargs"),
            varargs: mentions.has(Special::Varargs) && !own("varargs"),
            name,
            parameters,
            defaults,
            body,
        }))
    }

    fn read_macro(&mut self, line: u32) -> Result<Action, SyntaxError> {
        self.advance();
        let name = self.target_name()?;
        let signature = self.signature()?;
        self.macro_body(Some(name), signature, line, &["endmacro"]).map(Action::Macro)
    }

    fn read_call(&mut self, line: u32) -> Result<Action, SyntaxError> {
        self.advance();
        let signature = if self.token().is("(") { self.signature()? } else { (Vec::new(), Vec::new()) };
        let call = self.expression()?;
        if !matches!(call.kind, Kind::Call(..)) {
            return Err(SyntaxError::new("expected call", line, call.extent));
        }
        let caller = self.macro_body(None, signature, line, &["endcall"])?;
        Ok(Action::CallBlock(call, caller))
    }

    fn read_block(&mut self, line: u32) -> Result<Action, SyntaxError> {
        self.advance();
        let start = self.offset();
        let name = self.name()?;
        let extent = self.extent_from(start);
        let scoped = self.skip_name("scoped");
        let required = self.skip_name("required");
        if self.token().is("-") {
            return Err(self.error(
                "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an \
                 underscore instead.",
            ));
        }
        let loops = std::mem::take(&mut self.loops);
        let (body, _) = self.body(true, &["endblock"])?;
        self.loops = loops;
        self.advance();
        let blank = |statement: &Statement| match &statement.kind {
            Action::Data(text, _) => text.chars().all(char::is_whitespace),
            _ => false,
        };
        if required && !body.iter().all(blank) {
            return Err(self.error("Required blocks can only contain comments or whitespace"));
        }
        self.skip_name(&name);
        if self.blocks.iter().any(|other| other.name == name) {
            self.faults.push(SyntaxError::new(format!("block '{name}' defined twice"), line, extent));
        }
        let block = Arc::new(Block { name, scoped, required, body });
        self.blocks.push(block.clone());
        Ok(Action::Block(block))
    }

    /// `with context` or `without context`.
    fn context(&mut self) -> Option<bool> {
        let with = self.token().is_name("with");
        if (with || self.token().is_name("without")) && self.following().is_name("context") {
            self.advance();
            self.advance();
            return Some(with);
        }
        None
    }

    fn read_include(&mut self) -> Result<Action, SyntaxError> {
        self.advance();
        let template = self.expression()?;
        let ignore_missing = self.token().is_name("ignore") && self.following().is_name("missing");
        if ignore_missing {
            self.advance();
            self.advance();
        }
        let with_context = self.context().unwrap_or(true);
        Ok(Action::Include { template, ignore_missing, with_context })
    }

    fn read_import(&mut self) -> Result<Import, SyntaxError> {
        self.advance();
        let template = self.expression()?;
        self.expect_name("as")?;
        let target = self.target_name()?;
        Ok(Import { template, target, with_context: self.context().unwrap_or(false) })
    }

    fn read_from(&mut self) -> Result<Action, SyntaxError> {
        self.advance();
        let template = self.expression()?;
        self.expect_name("import")?;
        let mut names = Vec::new();
        let mut context;
        loop {
            if !names.is_empty() {
                self.expect(",")?;
            }
            context = self.context();
            if context.is_some() {
                break;
            }
            let (line, start) = (self.line(), self.offset());
            let name = self.target_name()?;
            if name.starts_with('_') {
                let message = "names starting with an underline can not be imported";
                return Err(self.error_from(line, start, message));
            }
            let extent = self.extent_from(start);
            let alias = if self.skip_name("as") { self.target_name()? } else { name.clone() };
            names.push((name, alias, extent));
            context = self.context();
            if context.is_some() || !self.token().is(",") {
                break;
            }
        }
        let with_context = context.unwrap_or(false);
        Ok(Action::From(Import { template, target: "".into(), with_context }, names))
    }

    fn read_load(&mut self, filter: &'static str, line: u32) -> Result<Action, SyntaxError> {
        self.advance();
        self.expect_name("as")?;
        let target: Target = self.target(None, false)?;
        let body = self.macro_body(None, (Vec::new(), Vec::new()), line, &["endload"])?;
        Ok(Action::Load(target, filter, body))
    }
}
