//! The mine: what hosts let each other know.

use serde::{Deserialize, Serialize};

use crate::value::{Map, Value};

/// The most bytes that one value of the mine may take as a frame.
pub const MINE_VALUE_LIMIT: usize = 128 << 10;

/// The most values that a host may have in the mine.
pub const MINE_VALUES: usize = 128;

/// The most functions that one question may name.
pub const MINE_FUNCTIONS: usize = 64;

/// The most bytes of values in one answer.
pub const MINE_ANSWER_LIMIT: usize = 8 << 20;

/// What a host wants of the mine. It writes under its own id alone, the one of its certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MineWork {
    /// What hosts have let be known: the answer is [`MineAnswer::Found`].
    Get(MineQuery),
    /// Values of this host: the answer is [`MineAnswer::Done`].
    Store {
        /// The values; one of a name that is there already takes its place.
        items: Vec<MineItem>,
        /// Whether all other values of this host are forgotten.
        #[serde(default)]
        clear: bool,
    },
    /// To forget a value of this host, or all: the answer is [`MineAnswer::Done`].
    Delete {
        /// The value's name; none for all.
        name: Option<String>,
    },
}

/// Which values of which hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MineQuery {
    /// The hosts.
    pub target: String,
    /// What kind of target it is, by Salt's name: `glob`, `compound`, …
    pub kind: String,
    /// The names of the values, at most [`MINE_FUNCTIONS`].
    pub names: Vec<String>,
}

/// A value of the mine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MineItem {
    /// Its name: that of the function, or another that the host has given it.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Who may see it; everyone when none.
    #[serde(default)]
    pub allowed: Option<MineAllowed>,
}

/// Who may see a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MineAllowed {
    /// The hosts.
    pub target: String,
    /// What kind of target it is.
    pub kind: String,
}

/// What the master says of the mine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MineAnswer {
    /// By the name of the value, what each host has.
    Found(Vec<(String, Map)>),
    /// It is on the master's disk.
    Done,
    /// It is not done.
    Refused {
        /// Why.
        reason: String,
    },
}
