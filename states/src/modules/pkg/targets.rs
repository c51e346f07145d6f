//! The packages a state names, and which of them are not as wanted.

use common::value::Value;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A package as a state names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) name: String,
    /// A version, `latest`, or conditions such as `>=1.2,<2`.
    pub(crate) version: Option<String>,
}

impl Target {
    /// The target as Salt's comments name it: `name`, `name=1.2`, `name>=1.2`.
    pub(crate) fn described(&self) -> String {
        match &self.version {
            None => self.name.clone(),
            Some(version) if version.starts_with(['<', '>', '=']) => format!("{}{version}", self.name),
            Some(version) => format!("{}={version}", self.name),
        }
    }
}

/// The list `pkgs` (or `sources`): names, and maps of a name to a version (or a path).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets(pub(crate) Vec<Target>);

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Value::deserialize(deserializer)? {
            Value::List(items) => items,
            Value::Null => Vec::new(),
            item => vec![item],
        };
        let mut targets: Vec<Target> = Vec::new();
        let mut put = |target: Target| match targets.iter_mut().find(|known| known.name == target.name) {
            Some(known) => *known = target,
            None => targets.push(target),
        };
        for item in items {
            match item {
                Value::Map(pairs) => {
                    for (name, version) in pairs {
                        let version = (!version.is_null()).then(|| version.to_string());
                        put(Target { name: name.to_string(), version });
                    }
                }
                Value::List(_) | Value::Null => {
                    return Err(D::Error::custom(format!(
                        "expected package names or 'name: version' pairs, found {}",
                        item.repr()
                    )));
                }
                name => put(Target { name: name.to_string(), version: None }),
            }
        }
        Ok(Self(targets))
    }
}

/// The packages of a state: those in `pkgs`, else its name (with its version).
pub(crate) fn wanted(name: &str, version: Option<&str>, pkgs: Option<&Targets>) -> Vec<Target> {
    match pkgs {
        Some(targets) => targets.0.clone(),
        None => {
            vec![Target { name: name.into(), version: version.filter(|v| !v.is_empty()).map(Into::into) }]
        }
    }
}

/// The names, joined by commas.
pub(crate) fn names<'a>(targets: impl IntoIterator<Item = &'a Target>) -> String {
    targets.into_iter().map(|target| target.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The targets as comments describe them, joined by commas.
pub(crate) fn described<'a>(targets: impl IntoIterator<Item = &'a Target>) -> String {
    targets.into_iter().map(Target::described).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_packages() {
        let targets: Targets = serde_yaml::from_str("[a, b: 1.10, c: '>=2', d: null, a: '3']").unwrap();
        assert_eq!(described(&targets.0), "a=3, b=1.1, c>=2, d");
        assert!(serde_yaml::from_str::<Targets>("[[a]]").is_err());
    }
}
