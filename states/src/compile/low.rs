//! High data to chunks: one chunk a function and name, in the order of 3006's `state.show_lowstate`.

use std::cmp::Ordering;
use std::sync::Arc;

use common::value::{Map, Value};

use super::digest::IN_STATE;
use super::high::{Body, Declaration, High, describe, is_hidden};
use super::plan::Chunk;
use crate::diagnostic::Diagnostic;
use crate::language::{Kind, Node};

/// What `order: last` and negative orders count from.
const LAST: i64 = 1_000_000;

/// A chunk, with what resolving its requisites needs besides.
pub(super) struct Draft {
    pub(super) chunk: Chunk,
    /// The arguments as they are written, for their places.
    pub(super) items: Vec<Arc<Node>>,
    /// The SLS files that include the chunk's own.
    pub(super) included_from: Vec<Arc<str>>,
    /// Whether it has an order of its own or a number; without either Salt does not look at the order of names.
    ordered: bool,
    /// Its position before sorting, by which Salt looks for cycles.
    pub(super) position: usize,
}

impl Draft {
    /// Where an argument of that key stands.
    pub(super) fn key_place(&self, key: &Value) -> Option<&Arc<Node>> {
        let pairs = self.items.iter().filter_map(|item| item.as_map()).flatten();
        pairs.map(|(key, _)| key).find(|node| node.as_scalar() == Some(key))
    }

    /// An error in this state.
    pub(super) fn error(&self, message: String) -> Diagnostic {
        let error = Diagnostic::new(message)
            .note(format!("{IN_STATE}'{}' of SLS '{}'", self.chunk.id, self.chunk.sls));
        match &self.chunk.place {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }
}

/// Makes the chunks and sorts them.
pub(super) fn chunks(high: &High, errors: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (id, declaration) in high.states.iter().filter(|(id, _)| !is_hidden(id)) {
        for (module, body) in &declaration.modules {
            expand(id, declaration, module, body, &mut drafts, errors);
        }
    }
    order(&mut drafts);
    drafts
}

/// Makes the chunks of one function: one, or one a name of `names`.
fn expand(
    id: &str,
    declaration: &Declaration,
    module: &str,
    body: &Body,
    drafts: &mut Vec<Draft>,
    errors: &mut Vec<Diagnostic>,
) {
    let mut chunk = Chunk {
        state: module.into(),
        fun: String::new(),
        name: id.into(),
        id: id.into(),
        sls: declaration.sls.as_ref().into(),
        saltenv: declaration.saltenv.as_ref().into(),
        order: Value::Null,
        arguments: Map::new(),
        requisites: Vec::new(),
        place: Some(body.place.clone()),
    };
    let mut names: Vec<Arc<Node>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut ordered = false;
    for item in body.list() {
        if let Some(function) = item.as_str() {
            chunk.fun = function.into();
            continue;
        }
        for (key, value) in item.as_map().unwrap_or_default() {
            match key.as_str() {
                Some("names") => {
                    let new = value.as_list().unwrap_or_default().iter();
                    names.extend(new.filter(|name| seen.insert(name.to_value())).cloned());
                }
                Some("state" | "fun") => {}
                Some("name") => {
                    chunk.name = value.as_str().unwrap_or(id).into();
                }
                Some("order") => {
                    chunk.order = value.to_value();
                    ordered = true;
                }
                _ => {
                    chunk.arguments.insert(key.to_value(), value.to_value());
                }
            }
        }
    }
    if chunk.fun.is_empty() {
        // An `_in` requisite has added a module that the state does not have.
        return;
    }
    let mut push = |chunk: Chunk, items: Vec<Arc<Node>>, ordered: bool| {
        let position = drafts.len();
        let included_from = declaration.included_from.clone();
        drafts.push(Draft { chunk, items, included_from, ordered, position });
    };
    if names.is_empty() {
        return push(chunk, body.list().to_vec(), ordered);
    }
    for (number, entry) in names.iter().enumerate() {
        let mut chunk = chunk.clone();
        let mut items = body.list().to_vec();
        let overrides = match named(entry, id, &declaration.sls) {
            Ok((name, overrides)) => {
                chunk.name = name;
                overrides
            }
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let mut has_order = ordered;
        for item in overrides {
            for (key, value) in item.as_map().unwrap_or_default() {
                match key.as_str() {
                    Some("state" | "fun") => {}
                    Some("name") => chunk.name = value.to_value().to_string(),
                    Some("order") => {
                        chunk.order = value.to_value();
                        has_order = true;
                    }
                    _ => {
                        chunk.arguments.insert(key.to_value(), value.to_value());
                    }
                }
            }
            items.insert(0, Arc::clone(item));
        }
        chunk.arguments.insert(NAME_ORDER.into(), (number + 1).into());
        push(chunk, items, has_order);
    }
}

/// Where the place among `names` waits until the order is known.
const NAME_ORDER: &str = "name_order";

/// An entry of `names`: a name, or a name with arguments of its own.
fn named<'a>(entry: &'a Arc<Node>, id: &str, sls: &str) -> Result<(String, &'a [Arc<Node>]), Diagnostic> {
    let wrong = |node: &Node, message: String| {
        Diagnostic::new(message).at(node.place.clone()).note(format!("{IN_STATE}'{id}' of SLS '{sls}'"))
    };
    match &entry.kind {
        Kind::Scalar(Value::String(name)) => Ok((name.as_ref().into(), &[])),
        Kind::Map(pairs) => {
            let Some((name, overrides)) = pairs.first() else {
                return Err(wrong(entry, "an item of names is empty".into())
                    .help("write a name, or take the item away"));
            };
            let is_empty = |node: &Node| match &node.kind {
                Kind::Scalar(value) => value.as_str() == Some(""),
                Kind::List(items) => items.is_empty(),
                Kind::Map(pairs) => pairs.is_empty(),
            };
            // Of what is empty Salt takes nothing.
            let list = match overrides.as_list() {
                Some(items) if items.iter().all(|item| item.as_map().is_some() || is_empty(item)) => {
                    Some(items)
                }
                None if is_empty(overrides) => Some(&[][..]),
                _ => None,
            };
            let Some(list) = list else {
                let found = describe(&overrides.to_value());
                return Err(wrong(
                    overrides,
                    format!("what names gives '{}' is {found}, not a list of arguments", name.to_value()),
                )
                .help("below a name write a list of arguments: `- argument: value`"));
            };
            Ok((name.to_value().to_string(), list))
        }
        _ => {
            let value = entry.to_value();
            let error = wrong(entry, format!("an item of names is {}, not text", describe(&value)));
            // Salt does not survive a list there.
            Err(match value {
                Value::List(_) => error.help("write each name as an item of its own"),
                _ => error.help("put it in quotes").salt(format!(
                    "ID '{value}' in SLS '{sls}' is not formed as a string, but is a {}",
                    value.type_name()
                )),
            })
        }
    }
}

/// Turns the orders into numbers and sorts by them, then by module, name and function run together.
fn order(drafts: &mut [Draft]) {
    let mut cap = 1;
    for draft in drafts.iter() {
        let order = match draft.chunk.order {
            Value::Int(order) => order,
            Value::Bool(flag) => i64::from(flag),
            _ => continue,
        };
        if order > cap - 1 && order > 0 {
            cap = order.saturating_add(100);
        }
    }
    for Draft { chunk, ordered, .. } in drafts.iter_mut() {
        chunk.order = match &chunk.order {
            Value::Int(order) => Value::Int(*order),
            Value::Float(order) => Value::Float(*order),
            Value::Bool(flag) => Value::Bool(*flag),
            Value::String(text) if text.as_ref() == "last" => Value::Int(cap.saturating_add(LAST)),
            Value::String(text) if text.as_ref() == "first" => Value::Int(0),
            _ => Value::Int(cap),
        };
        if !*ordered {
            continue;
        }
        let name_order =
            chunk.arguments.shift_remove(&Value::from(NAME_ORDER)).and_then(|order| order.as_int());
        if let Some(number) = name_order {
            #[expect(clippy::cast_precision_loss, reason = "orders and counts of names are far below 2^52")]
            let share = number as f64 / 10_000.0;
            chunk.order = Value::Float(number_of(&chunk.order) + share);
        }
        if number_of(&chunk.order) < 0.0 {
            chunk.order = match chunk.order {
                Value::Int(order) => Value::Int(cap.saturating_add(LAST).saturating_add(order)),
                ref order => {
                    #[expect(clippy::cast_precision_loss, reason = "as above")]
                    let base = cap.saturating_add(LAST) as f64;
                    Value::Float(base + number_of(order))
                }
            };
        }
    }
    drafts.sort_by_cached_key(|draft| {
        let chunk = &draft.chunk;
        SortKey(number_of(&chunk.order), format!("{}{}{}", chunk.state, chunk.name, chunk.fun))
    });
}

fn number_of(order: &Value) -> f64 {
    match order {
        #[expect(clippy::cast_precision_loss, reason = "orders are far below 2^52")]
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        _ => 0.0,
    }
}

#[derive(PartialEq)]
struct SortKey(f64, String);

impl Eq for SortKey {}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then_with(|| self.1.cmp(&other.1))
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
