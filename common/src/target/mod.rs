//! Targets: which hosts an order or a section of a top file is for, in Salt's compound grammar.
//!
//! A target is words between white space. A word is a glob on the host's id (`fp-*`), a matcher with an engine
//! (`G@os:Debian`), one of `and`, `or`, `not`, or a parenthesis standing alone.
//!
//! | engine | matches | example |
//! |---|---|---|
//! | none | the id, by glob | `fp-*` |
//! | `L@` | the id, by list | `L@fp-1,fp-2` |
//! | `E@` | the id, by regular expression at its start | `E@fp-\d+$` |
//! | `G@`, `P@` | a grain, by glob or regular expression | `G@os:Debian` |
//! | `I@`, `J@` | a pillar value, by glob or regular expression | `I@role:proxy` |
//! | `S@` | an address, by address or subnet | `S@10.0.0.0/8` |
//! | `N@` | a node group of the configuration | `N@proxies` |
//!
//! An operator's target is parsed strictly ([`Target::parse`]): what cannot be meant is an error. A top file's target is
//! matched as Salt does ([`matches_top`]), where such a target matches nothing.

mod address;
mod error;
mod expression;
mod glob;
mod kinds;
mod matcher;
mod nodegroup;
mod parser;
mod subdict;

use crate::value::Map;

pub use error::{Problem, TargetError};
pub use expression::Expression;
pub use glob::{fnmatch, has_wildcards};
pub use kinds::{KINDS, matches_kind, matches_top};
pub use matcher::{Kind, Matcher};

/// The longest target, in bytes.
pub const LENGTH_LIMIT: usize = 256 << 10;
/// The most words a target has when its node groups are expanded.
pub const WORD_LIMIT: usize = 20_000;
/// How deep parentheses and node groups may be nested.
pub const DEPTH_LIMIT: usize = 64;

/// What is known of a host, for a target to be matched against.
pub trait Facts {
    /// Its id.
    fn id(&self) -> &str;
    /// Its grains.
    fn grains(&self) -> &Map;
    /// Its pillar.
    fn pillar(&self) -> &Map;
}

/// [`Facts`] by reference.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The host's id.
    pub id: &'a str,
    /// Its grains.
    pub grains: &'a Map,
    /// Its pillar.
    pub pillar: &'a Map,
}

impl Facts for Known<'_> {
    fn id(&self) -> &str {
        self.id
    }
    fn grains(&self) -> &Map {
        self.grains
    }
    fn pillar(&self) -> &Map {
        self.pillar
    }
}

/// A target, parsed, with its node groups expanded and its regular expressions compiled.
#[derive(Clone, Debug)]
pub struct Target {
    text: String,
    expression: Expression,
}

impl Target {
    /// Parses an operator's target. `nodegroups` maps names to targets, as the configuration has them.
    ///
    /// # Errors
    /// When it is not a target, with the word and what would be right.
    pub fn parse(text: &str, nodegroups: &Map) -> Result<Self, TargetError> {
        let expression = parser::parse(text, nodegroups, parser::Manner::Strict)?;
        Ok(Self { text: text.into(), expression })
    }

    /// The target as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The expression it stands for.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Whether the host is meant.
    #[must_use]
    pub fn matches(&self, host: &dyn Facts) -> bool {
        self.expression.matches(host)
    }

    /// Whether the pillar must be known to match, because `I@` or `J@` occurs.
    #[must_use]
    pub fn needs_pillar(&self) -> bool {
        self.expression.matchers().any(|matcher| matcher.kind().reads_pillar())
    }

    /// The ids that are listed by name (`L@`, or a word without wildcards): a host among them that is not known deserves
    /// a word to the operator.
    #[must_use]
    pub fn named_ids(&self) -> Vec<&str> {
        self.expression.matchers().flat_map(Matcher::named_ids).collect()
    }
}
