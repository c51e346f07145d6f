//! The expression a target stands for.

use super::{Facts, Matcher};

/// Matchers joined by `and`, `or` and `not`.
#[derive(Clone, Debug)]
pub enum Expression {
    /// One matcher.
    Matcher(Matcher),
    /// Not the other.
    Not(Box<Expression>),
    /// All of them.
    And(Vec<Expression>),
    /// Any of them.
    Or(Vec<Expression>),
}

impl Expression {
    /// Whether the host is meant.
    #[must_use]
    pub fn matches(&self, host: &dyn Facts) -> bool {
        match self {
            Self::Matcher(matcher) => matcher.matches(host),
            Self::Not(other) => !other.matches(host),
            Self::And(all) => all.iter().all(|one| one.matches(host)),
            Self::Or(any) => any.iter().any(|one| one.matches(host)),
        }
    }

    /// Every matcher in it, from left to right.
    pub fn matchers(&self) -> Box<dyn Iterator<Item = &Matcher> + '_> {
        match self {
            Self::Matcher(matcher) => Box::new(std::iter::once(matcher)),
            Self::Not(other) => other.matchers(),
            Self::And(parts) | Self::Or(parts) => Box::new(parts.iter().flat_map(Self::matchers)),
        }
    }
}
