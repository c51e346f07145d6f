//! The expression a target stands for.

use std::fmt;

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

/// The expression as a target, its node groups written out: what parses to the same expression.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], operator, loose: fn(&Self) -> bool| {
            for (number, part) in parts.iter().enumerate() {
                let operator = if number == 0 { "" } else { operator };
                if loose(part) { write!(f, "{operator}( {part} )")? } else { write!(f, "{operator}{part}")? }
            }
            Ok(())
        };
        match self {
            Self::Matcher(matcher) => matcher.fmt(f),
            Self::Not(other) => match **other {
                Self::Matcher(_) => write!(f, "not {other}"),
                _ => write!(f, "not ( {other} )"),
            },
            Self::And(parts) => joined(f, parts, " and ", |part| matches!(part, Self::And(_) | Self::Or(_))),
            Self::Or(parts) => joined(f, parts, " or ", |part| matches!(part, Self::Or(_))),
        }
    }
}
