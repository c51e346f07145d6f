//! High data: the declarations of all SLS files of a run, before they become chunks.

use std::sync::Arc;

use common::value::{Map, Value};
use indexmap::IndexMap;

use super::digest::IN_STATE;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{Kind, Node};

/// Everything that has been declared.
#[derive(Clone, Debug, Default)]
pub(super) struct High {
    /// Declarations by id: an SLS's own before those it includes.
    pub(super) states: IndexMap<Arc<str>, Declaration>,
    /// What `extend` says, in the order of the files; none where no file has one.
    pub(super) extends: Option<Vec<(Arc<str>, Declaration)>>,
    /// The items of `exclude`, likewise.
    pub(super) excludes: Option<Vec<Arc<Node>>>,
}

/// What one id declares: states by module.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    /// The SLS it stands in.
    pub(super) sls: Arc<str>,
    /// The environment of that SLS.
    pub(super) saltenv: Arc<str>,
    /// The SLS files that include it, the nearest first.
    pub(super) included_from: Vec<Arc<str>>,
    /// Where it stands.
    pub(super) place: Place,
    /// `module` to its arguments, with the function among them as text.
    pub(super) modules: IndexMap<Arc<str>, Body>,
}

/// The arguments of a state.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// The items.
    pub(super) items: Items,
    /// Where its key stands.
    pub(super) place: Place,
}

/// The arguments of a state, as they are written.
#[derive(Clone, Debug)]
pub(super) enum Items {
    /// A list, as it must be.
    List(Vec<Arc<Node>>),
    /// Something else, for the check to refuse.
    Other(Arc<Node>),
}

impl Body {
    /// The items; none where it is not a list.
    pub(super) fn list(&self) -> &[Arc<Node>] {
        match &self.items {
            Items::List(items) => items,
            Items::Other(_) => &[],
        }
    }

    /// The first key of each item that is a map, with its value and its place.
    pub(super) fn arguments(&self) -> impl Iterator<Item = (&str, &Arc<Node>, &Arc<Node>)> {
        self.list().iter().filter_map(|item| {
            let (key, value) = first_pair(item)?;
            Some((key.as_str()?, value, item))
        })
    }
}

/// Whether an id is hidden: it is numbered and shown, and never run.
pub(super) fn is_hidden(id: &str) -> bool {
    id.starts_with("__")
}

/// The first key and value of a map.
pub(super) fn first_pair(node: &Node) -> Option<(&Arc<Node>, &Arc<Node>)> {
    node.as_map()?.first().map(|(key, value)| (key, value))
}

/// A map of one pair, at a place.
pub(super) fn pair(key: &str, value: Kind, place: &Place) -> Arc<Node> {
    let at = |kind| Arc::new(Node { kind, place: place.clone() });
    at(Kind::Map(vec![(at(Kind::Scalar(key.into())), at(value))]))
}

/// Reads one declaration: `mod.fun`, `{mod.fun: […]}`, `{mod: [fun, …]}`.
pub(super) fn declare(
    id: &Arc<Node>,
    body: &Arc<Node>,
    sls: &Arc<str>,
    saltenv: &Arc<str>,
    errors: &mut Vec<Diagnostic>,
) -> Option<Declaration> {
    let name = id.to_value();
    let mut declaration = Declaration {
        sls: Arc::clone(sls),
        saltenv: Arc::clone(saltenv),
        included_from: Vec::new(),
        place: id.place.clone(),
        modules: IndexMap::new(),
    };
    if let Some((module, rest)) = body.as_str().and_then(|text| text.split_once('.')) {
        let function = rest.split('.').next().unwrap_or(rest);
        let function = Arc::new(Node { kind: Kind::Scalar(function.into()), place: body.place.clone() });
        let body = Body { items: Items::List(vec![function]), place: body.place.clone() };
        declaration.modules.insert(module.into(), body);
        return Some(declaration);
    }
    let Some(pairs) = body.as_map() else {
        let value = body.to_value();
        errors.push(
            Diagnostic::new(match value {
                Value::Null => format!("the state '{name}' has no function: nothing stands below its id"),
                _ => format!("the state '{name}' has no function: below its id is {}", describe(&value)),
            })
            .at(id.place.clone())
            .help("write the function below the id, such as `file.managed:` with a list of arguments")
            .salt(format!("ID {name} in SLS {sls} is not a dictionary")),
        );
        return None;
    };
    // Salt takes dotted keys out and puts them back without the function, behind the others.
    let mut dotted: Vec<(&str, Body)> = Vec::new();
    for (key, value) in pairs {
        let Some(text) = key.as_str() else {
            errors.push(
                Diagnostic::new(format!("{} is no function of a state", describe(&key.to_value())))
                    .at(key.place.clone())
                    .note(format!("{IN_STATE}'{name}' of SLS '{sls}'"))
                    .help("the keys of a state are functions, such as `cmd.run`"),
            );
            continue;
        };
        if text.starts_with("__") {
            continue;
        }
        let module = text.split('.').next().unwrap_or(text);
        let dotted_before = dotted.iter().find(|(known, _)| *known == module).map(|(_, body)| body);
        if let Some(first) = declaration.modules.get(module).or(dotted_before) {
            errors.push(
                Diagnostic::new(format!("the state '{name}' has two functions of the module `{module}`"))
                    .at(key.place.clone())
                    .related("the first is here", first.place.clone())
                    .help("give the second function an id of its own")
                    .salt(format!(
                        "ID '{name}' in SLS '{sls}' contains multiple state declarations of the same type"
                    )),
            );
            continue;
        }
        match value.as_list() {
            Some(items) if text.contains('.') => {
                let function = text.split('.').nth(1).unwrap_or_default();
                let mut items = items.to_vec();
                items.push(Arc::new(Node { kind: Kind::Scalar(function.into()), place: key.place.clone() }));
                dotted.push((module, Body { items: Items::List(items), place: key.place.clone() }));
            }
            Some(items) => {
                let body = Body { items: Items::List(items.to_vec()), place: key.place.clone() };
                declaration.modules.insert(text.into(), body);
            }
            None => {
                let body = Body { items: Items::Other(Arc::clone(value)), place: key.place.clone() };
                declaration.modules.insert(text.into(), body);
            }
        }
    }
    declaration.modules.extend(dotted.into_iter().map(|(module, body)| (module.into(), body)));
    Some(declaration)
}

/// A value in an error: what it is and what it says, cut where it is long.
pub(super) fn describe(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "empty".into(),
        Value::Bool(_) => "the boolean",
        Value::Int(_) | Value::Float(_) => "the number",
        Value::String(_) | Value::Bytes(_) => "the text",
        Value::List(_) => "the list",
        Value::Map(_) => "the map",
    };
    let text = value.repr();
    let short: String = text.chars().take(60).collect();
    format!("{kind} {short}{}", if short.len() < text.len() { "…" } else { "" })
}

/// A value as Salt prints it in its sentences: it loads maps as `OrderedDict`.
pub(super) fn salt_repr(value: &Value) -> String {
    match value {
        Value::Map(map) if map.is_empty() => "OrderedDict()".into(),
        Value::Map(map) => {
            let pairs = map.iter().map(|(key, value)| format!("({}, {})", salt_repr(key), salt_repr(value)));
            format!("OrderedDict([{}])", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(salt_repr).collect::<Vec<_>>().join(", "))
        }
        value => value.repr(),
    }
}

impl Declaration {
    /// The declaration as `state.show_highstate` has it.
    fn to_value(&self, sources_first: bool) -> Value {
        let mut out = Map::new();
        let source = |out: &mut Map| {
            out.insert("__sls__".into(), self.sls.as_ref().into());
            out.insert("__env__".into(), self.saltenv.as_ref().into());
        };
        if sources_first {
            source(&mut out);
        }
        for (module, body) in &self.modules {
            let value = match &body.items {
                Items::List(items) => Value::List(items.iter().map(|item| item.to_value()).collect()),
                Items::Other(node) => node.to_value(),
            };
            out.insert(module.as_ref().into(), value);
        }
        if !sources_first {
            source(&mut out);
        }
        if !self.included_from.is_empty() {
            let from: Vec<&str> = self.included_from.iter().map(AsRef::as_ref).collect();
            out.insert("__sls_included_from__".into(), from.into());
        }
        Value::Map(out)
    }
}

impl High {
    /// The high data as `state.show_highstate` shows it.
    pub(super) fn to_value(&self) -> Value {
        let mut out = Map::new();
        if let Some(extends) = &self.extends {
            let extends = extends
                .iter()
                .map(|(id, body)| Map::from_iter([(Value::from(id.as_ref()), body.to_value(true))]).into());
            out.insert("__extend__".into(), Value::List(extends.collect()));
        }
        if let Some(excludes) = &self.excludes {
            let excludes = excludes.iter().map(|node| node.to_value());
            out.insert("__exclude__".into(), Value::List(excludes.collect()));
        }
        for (id, declaration) in &self.states {
            out.insert(id.as_ref().into(), declaration.to_value(false));
        }
        Value::Map(out)
    }
}
