//! The tree of a template.

use std::sync::Arc;

use minijinja::Value;

/// Where something stands in a template's source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Extent {
    start: u32,
    end: u32,
}
/// How high the tree of an expression may be: running it and dropping it go as deep.
const HEIGHT_LIMIT: u16 = 250;

/// An expression.
#[derive(Debug)]
pub(in super::super) struct Expression {
    /// The line that Jinja reports an error in it at, counted from 1.
    pub(in super::super) line: u32,
    pub(in super::super) extent: Extent,
    /// How many expressions are inside each other, this one included.
    height: u16,
    pub(in super::super) kind: Kind,
}

impl Expression {
    /// An expression made of others.
    ///
    /// # Errors
    /// How many may be inside each other, when these are more.
    pub(super) fn new(line: u32, extent: Extent, kind: Kind) -> Result<Self, u16> {
        let height = kind.height() + 1;
        if height > HEIGHT_LIMIT { Err(HEIGHT_LIMIT) } else { Ok(Self { line, extent, height, kind }) }
    }
}

/// What an expression is.
#[derive(Debug)]
pub(in super::super) enum Kind {
    Constant(Value),
    Name(Arc<str>),
    List(Vec<Expression>),
    Tuple(Vec<Expression>),
    Dict(Vec<(Expression, Expression)>),
    /// `value.name`
    Attribute(Box<Expression>, Arc<str>),
    /// `value[key]`
    Item(Box<Expression>, Box<Expression>),
    /// `start:stop:step`, only as the key of an item.
    Slice(Box<[Option<Expression>; 3]>),
    Call(Box<Expression>, Box<Arguments>),
    /// `value|name(…)`; a filter of a block has no value of its own.
    Filter(Option<Box<Expression>>, Arc<str>, Box<Arguments>),
    Test(Box<Expression>, Arc<str>, Box<Arguments>),
    Not(Box<Expression>),
    Sign(char, Box<Expression>),
    Binary(&'static str, Box<[Expression; 2]>),
    And(Box<[Expression; 2]>),
    Or(Box<[Expression; 2]>),
    /// `a ~ b ~ c`
    Concat(Vec<Expression>),
    /// `a < b < c`
    Compare(Box<Expression>, Vec<(Comparison, Expression)>),
    /// `then if test else otherwise`
    Conditional(Box<[Expression; 2]>, Option<Box<Expression>>),
}

impl Kind {
    /// The height of the highest part.
    fn height(&self) -> u16 {
        fn highest<'a>(parts: impl IntoIterator<Item = &'a Expression>) -> u16 {
            parts.into_iter().map(|part| part.height).max().unwrap_or(0)
        }
        match self {
            Self::Constant(_) | Self::Name(_) => 0,
            Self::List(items) | Self::Tuple(items) | Self::Concat(items) => highest(items),
            Self::Dict(pairs) => highest(pairs.iter().flat_map(|(key, value)| [key, value])),
            Self::Attribute(value, _) | Self::Not(value) | Self::Sign(_, value) => value.height,
            Self::Item(value, key) => value.height.max(key.height),
            Self::Slice(parts) => highest(parts.iter().flatten()),
            Self::Call(value, arguments) | Self::Test(value, _, arguments) => {
                value.height.max(highest(arguments.all()))
            }
            Self::Filter(value, _, arguments) => highest(value.as_deref().into_iter().chain(arguments.all())),
            Self::Binary(_, operands) | Self::And(operands) | Self::Or(operands) => highest(&**operands),
            Self::Compare(first, rest) => first.height.max(highest(rest.iter().map(|(_, value)| value))),
            Self::Conditional(operands, otherwise) => highest(operands.iter().chain(otherwise.as_deref())),
        }
    }
}

impl Arguments {
    /// All of them.
    fn all(&self) -> impl Iterator<Item = &Expression> {
        let keyword = self.keyword.iter().map(|(_, value)| value);
        self.positional.iter().chain(keyword).chain(&self.items).chain(&self.pairs)
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(in super::super) struct Arguments {
    pub(in super::super) positional: Vec<Expression>,
    pub(in super::super) keyword: Vec<(Arc<str>, Expression)>,
    /// `*items`
    pub(in super::super) items: Option<Expression>,
    /// `**pairs`
    pub(in super::super) pairs: Option<Expression>,
}

/// What is assigned to.
#[derive(Debug)]
pub(in super::super) enum Target {
    Name(Arc<str>),
    /// `namespace.attribute`
    Attribute(Arc<str>, Arc<str>),
    Tuple(Vec<Target>),
}

/// A statement.
#[derive(Debug)]
pub(in super::super) struct Statement {
    pub(in super::super) line: u32,
    pub(in super::super) kind: Action,
}

/// What a statement does.
#[derive(Debug)]
pub(in super::super) enum Action {
    /// Text, and where in the source it stands.
    Data(Box<str>, usize),
    Print(Expression),
    Set(Target, Expression),
    SetBlock(Target, Option<Expression>, Vec<Statement>),
    For(Arc<For>),
    If(Vec<(u32, Expression, Vec<Statement>)>, Vec<Statement>),
    With(Vec<(Target, Expression)>, Vec<Statement>),
    Macro(Arc<Macro>),
    /// The call and its `caller`.
    CallBlock(Expression, Arc<Macro>),
    FilterBlock(Expression, Vec<Statement>),
    Autoescape(Expression, Vec<Statement>),
    Do(Expression),
    Block(Arc<Block>),
    Extends(Expression),
    Include {
        template: Expression,
        ignore_missing: bool,
        with_context: bool,
    },
    Import(Import),
    /// `import_yaml`, `import_json`, `import_text`: the import, and the filter that reads it.
    ImportData(Import, &'static str),
    /// The names that are taken, and what they are called here.
    From(Import, Vec<(Arc<str>, Arc<str>, Extent)>),
    /// `load_yaml`, `load_json`, `load_text`
    Load(Target, &'static str, Arc<Macro>),
    /// A `profile` block: a label and what runs in the names of where it stands.
    Profile(Expression, Vec<Statement>),
    Break,
    Continue,
}

/// A loop.
#[derive(Debug)]
pub(in super::super) struct For {
    pub(in super::super) line: u32,
    pub(in super::super) target: Target,
    pub(in super::super) items: Expression,
    pub(in super::super) test: Option<Expression>,
    pub(in super::super) recursive: bool,
    pub(in super::super) body: Vec<Statement>,
    pub(in super::super) otherwise: Vec<Statement>,
    /// Whether anything in the body asks for `loop`; without, there is none.
    pub(in super::super) has_loop: bool,
}

/// A macro, or what a `call` block hands over as `caller`.
#[derive(Debug)]
pub(in super::super) struct Macro {
    pub(in super::super) name: Option<Arc<str>>,
    /// The word that opens its tag.
    pub(in super::super) extent: Extent,
    pub(in super::super) parameters: Vec<Arc<str>>,
    /// The defaults of the last parameters.
    pub(in super::super) defaults: Vec<Expression>,
    pub(in super::super) body: Vec<Statement>,
    /// Which of the special names its body asks for.
    pub(in super::super) caller: bool,
    pub(in super::super) kwargs: bool,
    pub(in super::super) varargs: bool,
}

/// A block.
#[derive(Debug)]
pub(in super::super) struct Block {
    pub(in super::super) name: Arc<str>,
    pub(in super::super) scoped: bool,
    pub(in super::super) required: bool,
    pub(in super::super) body: Vec<Statement>,
}

/// An import's template, the name its module gets (none for `from`), and whether it sees the names around it.
#[derive(Debug)]
pub(in super::super) struct Import {
    pub(in super::super) template: Expression,
    pub(in super::super) target: Arc<str>,
    pub(in super::super) with_context: bool,
}

impl Extent {
    pub(in super::super) fn new(start: usize, end: usize) -> Self {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: byte(start), end: byte(end.max(start)) }
    }

    /// The first byte of it.
    pub(in super::super) fn start(self) -> usize {
        self.start as usize
    }

    /// The byte behind it.
    pub(in super::super) fn end(self) -> usize {
        self.end as usize
    }

    /// Whether it has the whole of another.
    pub(in super::super) fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Its line and column, counted from 1, and how many characters of that line it has.
    pub(in super::super) fn spot(self, source: &str) -> Spot {
        let floor = |at: u32| source.floor_char_boundary((at as usize).min(source.len()));
        let (start, end) = (floor(self.start), floor(self.end));
        let begin = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Spot {
            line: number(source[..begin].matches('\n').count() + 1),
            column: number(source[begin..start].chars().count() + 1),
            width: source[start..end].lines().next().map_or(0, |shown| shown.trim_end().chars().count()),
        }
    }
}

/// A place in a source for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Spot {
    pub(in super::super) line: u32,
    pub(in super::super) column: u32,
    /// In characters.
    pub(in super::super) width: usize,
}
