//! A compiled plan: what to run, in which order, after what. It is data: it goes to disk between prepare and apply.

use common::value::{Map, Value};
use serde::{Deserialize, Serialize};

use crate::diagnostic::Place;

/// What a host is to do.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The states, sorted by `order` as `state.show_lowstate` shows them. The engine pulls each one's requisites before it.
    pub chunks: Vec<Chunk>,
    /// What `listen` and `listen_in` ask for at the end of the run, in the order in which it comes about.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// Notices for the operator that stop nothing.
    pub warnings: Vec<String>,
}

/// One state to run: Salt's low chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// The module: `file`.
    pub state: String,
    /// The function: `managed`.
    pub fun: String,
    /// The `name` argument; the id where none is given.
    pub name: String,
    /// The id of the declaration.
    pub id: String,
    /// The SLS it stands in.
    pub sls: String,
    /// The environment of that SLS.
    pub saltenv: String,
    /// Its place in the order: an integer or a float.
    pub order: Value,
    /// Everything else of the declaration in its order: arguments, guards, and requisites as written.
    pub arguments: Map,
    /// The requisites, resolved to chunks.
    pub requisites: Vec<Requisite>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// One requisite of a chunk, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requisite {
    /// `require`, `watch_any`, `listen`, … (a `watch` on a function without `mod_watch` is a `require` here).
    pub kind: String,
    /// Indices into [`Plan::chunks`], in the order in which Salt would run them.
    pub targets: Vec<usize>,
}

/// A state that listens, and to what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Indices of the states that are listened to.
    pub to: Vec<usize>,
    /// Indices of the states whose `mod_watch` fires when one of those changed.
    pub fires: Vec<usize>,
    /// Module and id of a reference that names nothing, where `to` or `fires` is empty for it.
    pub missing: Option<(String, String)>,
}

impl Chunk {
    /// Salt's key of the chunk in a return: `file_|-id_|-name_|-managed`.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{}_|-{}_|-{}_|-{}", self.state, self.id, self.name, self.fun)
    }

    /// The name of its function: `file.managed`.
    #[must_use]
    pub fn function(&self) -> String {
        format!("{}.{}", self.state, self.fun)
    }

    /// The chunk as `state.show_lowstate` shows it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut low = Map::new();
        for (key, value) in [
            ("state", &self.state),
            ("name", &self.name),
            ("__sls__", &self.sls),
            ("__env__", &self.saltenv),
            ("__id__", &self.id),
        ] {
            low.insert(key.into(), value.into());
        }
        low.extend(self.arguments.iter().map(|(key, value)| (key.clone(), value.clone())));
        low.insert("order".into(), self.order.clone());
        low.insert("fun".into(), (&self.fun).into());
        Value::Map(low)
    }
}
