//! The scalars of a text as they are written, for what looks at style rather than at values.

use super::compose::{RawKind, compose};
use super::fault::{Fault, Mark};
use super::resolve::Tag;

/// What a scalar is to YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarType {
    /// `yes`, `on`, `True`.
    Bool,
    /// `12`, `0644`, `12:30`.
    Int,
    /// `1.10`.
    Float,
    /// Text, quoted or not, and whatever else there is.
    Text,
}

/// What a scalar is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The key of a map.
    Key,
    /// The value of this key.
    Value(String),
    /// An item of a list, which is the value of this key.
    Item(String),
}

/// A scalar as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) raw: String,
    pub(crate) kind: ScalarType,
    pub(crate) role: Role,
    pub(crate) mark: Mark,
}

/// The scalars of a text, but for those that stand alone.
pub(crate) fn scalars(text: &str) -> Result<Vec<Scalar>, Box<Fault>> {
    let graph = compose(text)?;
    let mut found = Vec::new();
    // The key that each list is the value of.
    let mut list_of = vec![String::new(); graph.nodes.len()];
    let mut roles: Vec<Option<Role>> = vec![None; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        match &node.kind {
            RawKind::Map(pairs) => {
                for (key, value) in pairs {
                    roles[*key] = Some(Role::Key);
                    let name = match &graph.nodes[*key].kind {
                        RawKind::Scalar(name) => name.clone(),
                        _ => String::new(),
                    };
                    roles[*value] = Some(Role::Value(name.clone()));
                    list_of[*value] = name;
                }
            }
            RawKind::List(items) => {
                for item in items {
                    roles[*item] = Some(Role::Item(list_of[id].clone()));
                }
            }
            RawKind::Scalar(raw) => {
                let kind = match node.tag {
                    Tag::Bool => ScalarType::Bool,
                    Tag::Int => ScalarType::Int,
                    Tag::Float => ScalarType::Float,
                    _ => ScalarType::Text,
                };
                if let Some(role) = roles[id].take() {
                    found.push(Scalar { raw: raw.clone(), kind, role, mark: node.mark });
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_know_what_they_are_part_of() {
        let found = scalars("a:\n  mode: 0644\n  on: 'yes'\n  l: [1.10, off]\n").unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|scalar| format!("{} {:?} {:?}", scalar.raw, scalar.kind, scalar.role))
            .collect();
        let value = |name: &str| format!("Value({name:?})");
        assert_eq!(
            told,
            [
                "a Text Key".to_owned(),
                "mode Text Key".into(),
                format!("0644 Int {}", value("mode")),
                "on Bool Key".into(),
                format!("yes Text {}", value("on")),
                "l Text Key".into(),
                "1.10 Float Item(\"l\")".into(),
                "off Bool Item(\"l\")".into(),
            ]
        );
        assert!(scalars("a: [").is_err());
    }
}
