//! What a template's text is made of.

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Text between the tags.
    Data(String),
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name(Box<str>),
    Text(String),
    Integer(i128),
    Float(f64),
    Operator(&'static str),
    End,
}

/// A token and where it begins.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// The line, counted from 1.
    pub(super) line: u32,
    /// The offset in the source, in bytes.
    pub(super) offset: usize,
    /// The offset behind it.
    pub(super) end: usize,
}

impl Token {
    /// How Jinja's errors call it.
    pub(super) fn describe(&self) -> &str {
        match self {
            Self::Data(_) => "template data / text",
            Self::VariableBegin => "begin of print statement",
            Self::VariableEnd => "end of print statement",
            Self::BlockBegin => "begin of statement block",
            Self::BlockEnd => "end of statement block",
            Self::Name(name) => name,
            Self::Text(_) => "string",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Operator(operator) => operator,
            Self::End => "end of template",
        }
    }

    /// Whether it is this word.
    pub(super) fn is_name(&self, word: &str) -> bool {
        matches!(self, Self::Name(name) if **name == *word)
    }

    /// Whether it is this operator.
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(self, Self::Operator(other) if *other == operator)
    }
}
