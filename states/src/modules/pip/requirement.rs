//! What a state asks pip for: `name[extra]>=1.0,<2`.

use super::tool::normalise;
use super::version::fulfils;

/// A Python package as a state names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// The words for pip.
    pub(super) text: String,
    /// The package's normalised name; `None` for an address or a path, of which only pip knows what it holds.
    pub(super) name: Option<String>,
    /// Operators and versions.
    conditions: Vec<(String, String)>,
}

const OPERATORS: [&str; 8] = ["===", "==", "!=", "<=", ">=", "~=", "<", ">"];

impl Requirement {
    /// Reads a requirement.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let plain = text.split(';').next().unwrap_or(text).trim();
        let address = plain.contains("://") || plain.starts_with(['/', '.', '~']);
        let unnamed = || Self { text: text.into(), name: None, conditions: Vec::new() };
        if let Some((name, _)) = plain.split_once(" @ ") {
            return Ok(Self { name: Some(normalise(strip_extras(name))), ..unnamed() });
        }
        if address {
            return Ok(unnamed());
        }
        let begin = plain.find(['=', '!', '<', '>', '~']).unwrap_or(plain.len());
        let (name, conditions) = plain.split_at(begin);
        let name = strip_extras(name.trim().trim_end_matches('('));
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(good) {
            return Err(format!("pip raised an exception while parsing '{text}': Invalid requirement"));
        }
        let conditions = conditions
            .trim_end_matches(')')
            .split(',')
            .map(str::trim)
            .filter(|condition| !condition.is_empty())
            .map(|condition| {
                let operator = OPERATORS.into_iter().find(|operator| condition.starts_with(operator));
                let operator = operator.ok_or_else(|| {
                    format!(
                        "Invalid version specification in package {text}. '=' is not supported, use '==' instead."
                    )
                })?;
                let version = condition.get(operator.len()..).unwrap_or_default().trim();
                Ok((operator.to_owned(), version.to_owned()))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { text: text.into(), name: Some(normalise(name)), conditions })
    }

    /// Whether a version will do.
    pub(super) fn accepts(&self, version: &str) -> bool {
        self.conditions.iter().all(|(operator, wanted)| fulfils(version, operator, wanted))
    }

    /// Whether a pre-release is asked for by name.
    pub(super) fn wants_pre_release(&self) -> bool {
        self.conditions.iter().any(|(_, version)| super::version::Version::parse(version).is_pre_release())
    }

    /// Whether any version is asked for.
    pub(super) fn is_versioned(&self) -> bool {
        !self.conditions.is_empty()
    }
}

fn strip_extras(name: &str) -> &str {
    name.split('[').next().unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        let requirement = Requirement::parse("Foo_Bar[x,y] >=1.0, <2 ; python_version > '3'").unwrap();
        assert_eq!(requirement.name.as_deref(), Some("foo-bar"));
        assert!(requirement.accepts("1.5") && !requirement.accepts("2.0"));
        assert_eq!(Requirement::parse("git+https://x.net/y.git#egg=y").unwrap().name, None);
        assert_eq!(Requirement::parse("y @ https://x.net/y.whl").unwrap().name.as_deref(), Some("y"));
        assert_eq!(Requirement::parse("./folder").unwrap().name, None);
        let error = Requirement::parse("foo=1.0").unwrap_err();
        assert!(error.starts_with("Invalid version specification in package foo=1.0."), "{error}");
        assert!(Requirement::parse("foo bar").is_err());
    }
}
