//! Where the content of a file state comes from: the tree (`salt://`), or this host.

use std::path::{Path, PathBuf};

use common::value::Value;
use serde::{Deserialize, Deserializer, de};

use super::super::Call;
use super::content::Content;
use super::hash::Sum;
use crate::files::{READ_LIMIT, TreeFile, withheld};

/// The `source` argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SourceArgument {
    /// One source, which must exist.
    One(String),
    /// Several, of which the first that exists is taken; each may bring its own hash.
    FirstOf(Vec<(String, Option<String>)>),
}

/// A source that was found.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// As the state gave it; templates see it as `source`.
    pub(crate) text: String,
    place: Location,
}

#[derive(Clone, Debug)]
enum Location {
    Tree { saltenv: String, file: TreeFile },
    Host(PathBuf),
}

enum Parsed {
    Tree { saltenv: Option<String>, path: String },
    Host(PathBuf),
    Remote(String),
}

impl<'de> Deserialize<'de> for SourceArgument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let wrong = |value: &Value| de::Error::custom(format!("{} is not a source", value.repr()));
        let Value::List(items) = value else {
            return value.as_str().map(|text| Self::One(text.into())).ok_or_else(|| wrong(&value));
        };
        let mut sources = Vec::with_capacity(items.len());
        for item in items {
            match &item {
                Value::String(text) => sources.push((text.to_string(), None)),
                Value::Map(map) if map.len() == 1 => {
                    sources.extend(map.iter().map(|(source, hash)| {
                        (
                            source.to_string(),
                            Some(hash).filter(|hash| hash.is_true()).map(ToString::to_string),
                        )
                    }));
                }
                _ => return Err(wrong(&item)),
            }
        }
        Ok(Self::FirstOf(sources))
    }
}

impl SourceArgument {
    /// Whether it names nothing (`source: ''`), which is as good as absent.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::One(text) => text.is_empty(),
            Self::FirstOf(sources) => sources.is_empty(),
        }
    }

    /// The source to use and the hash it must have.
    ///
    /// # Errors
    /// A sentence, when none of several exists.
    pub(crate) fn choose<'s>(
        &'s self,
        call: &Call<'_>,
        hash: Option<&'s str>,
    ) -> Result<(&'s str, Option<&'s str>), String> {
        match self {
            Self::One(text) => Ok((text, hash)),
            Self::FirstOf(sources) => sources
                .iter()
                .find(|(text, _)| locate(call, text).is_ok())
                .map(|(text, own)| (text.as_str(), own.as_deref().or(hash)))
                .ok_or_else(|| with_reason(call, "none of the specified sources were found".into())),
        }
    }
}

/// Finds a source.
///
/// # Errors
/// A sentence, when it does not exist or is of a kind that is not supported.
pub(crate) fn locate(call: &Call<'_>, text: &str) -> Result<Located, String> {
    let place = match parse(text) {
        Parsed::Tree { saltenv, path } => {
            let saltenv = saltenv.unwrap_or_else(|| call.saltenv.into());
            match call.context.files.lookup(&saltenv, &path).map_err(|error| error.to_string())? {
                Some(file) => Location::Tree { saltenv, file },
                None => {
                    let found = format!("Source file {text} not found in saltenv '{}'", call.saltenv);
                    return Err(with_reason(call, found));
                }
            }
        }
        Parsed::Host(path) if path.exists() => Location::Host(path),
        Parsed::Host(path) => return Err(format!("Local file source {} does not exist", path.display())),
        Parsed::Remote(scheme) => {
            return Err(format!(
                "{text}: sources of {scheme}:// are not supported; keep the file in the tree (salt://)"
            ));
        }
    };
    Ok(Located { text: text.into(), place })
}

/// What was not found, with why it may be in the tree all the same.
pub(super) fn with_reason(call: &Call<'_>, sentence: String) -> String {
    match withheld(&*call.context.files) {
        Some(withheld) => format!("{sentence}: {withheld}"),
        None => sentence,
    }
}

fn parse(text: &str) -> Parsed {
    match text.split_once("://") {
        Some(("salt", rest)) => {
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            let saltenv = query.split('&').find_map(|pair| pair.strip_prefix("saltenv=")).map(Into::into);
            // A leading `|` is how Salt escapes characters that have a meaning in an address.
            Parsed::Tree { saltenv, path: path.trim_start_matches('|').trim_matches('/').into() }
        }
        Some(("file", path)) => Parsed::Host(path.into()),
        Some((scheme, _)) => Parsed::Remote(scheme.into()),
        None => Parsed::Host(text.into()),
    }
}

impl Located {
    /// The path that names it in errors and that relative imports of a template start from.
    pub(crate) fn path(&self) -> String {
        match &self.place {
            Location::Tree { file, .. } => file.path.to_string(),
            Location::Host(path) => path.display().to_string(),
        }
    }

    /// The mode for `mode: keep`.
    pub(crate) fn mode(&self) -> u32 {
        match &self.place {
            Location::Tree { file, .. } if file.executable => 0o755,
            Location::Tree { .. } => 0o644,
            Location::Host(path) => {
                super::ownership::Status::read(path, true).map_or(0o644, |status| status.mode)
            }
        }
    }

    /// The content, brought to this host first if need be.
    pub(crate) fn content(&self, call: &Call<'_>) -> Result<Content, String> {
        match &self.place {
            Location::Host(path) => Ok(Content::File(path.clone())),
            Location::Tree { saltenv, file } => match call.context.files.fetch(saltenv, &file.path) {
                Ok(Some(path)) => Ok(Content::File(path)),
                Ok(None) => Err(format!("Source file '{}' not found", self.text)),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// The whole text, for a template.
    pub(crate) fn read_text(&self, call: &Call<'_>) -> Result<String, String> {
        let bytes = match &self.place {
            Location::Tree { saltenv, file } => {
                let content =
                    call.context.files.read(saltenv, &file.path).map_err(|error| error.to_string())?;
                content.ok_or_else(|| format!("Source file '{}' not found", self.text))?.to_vec()
            }
            Location::Host(path) => {
                let size = path.metadata().map_err(|error| format!("{}: {error}", self.text))?.len();
                if size > READ_LIMIT {
                    return Err(format!("{} has {size} bytes; a template may have {READ_LIMIT}", self.text));
                }
                std::fs::read(path).map_err(|error| format!("{}: {error}", self.text))?
            }
        };
        String::from_utf8(bytes)
            .map_err(|_| format!("{} is not UTF-8 text and so can't be a template", self.text))
    }

    /// Whether the file at `path` has this content. A source whose size or hash is known is not fetched for that.
    pub(crate) fn equals(&self, call: &Call<'_>, path: &Path) -> Result<bool, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Location::Tree { file, .. } = &self.place {
            if path.metadata().map_err(failed)?.len() != file.size {
                return Ok(false);
            }
            if let Some(hash) = file.hash {
                return super::hash::blake3_of(path).map(|found| found == hash).map_err(failed);
            }
        }
        self.content(call)?.equals(path).map_err(failed)
    }

    /// Checks `source_hash`, which is for sources that the tree does not vouch for.
    pub(crate) fn verify(&self, hash: Option<&str>) -> Result<(), String> {
        let (Location::Host(path), Some(hash)) = (&self.place, hash.filter(|hash| !hash.is_empty())) else {
            return Ok(());
        };
        let sum = Sum::parse(hash)?;
        let found = sum.kind.of_file(path).map_err(|error| format!("{}: {error}", self.text))?;
        if found == sum.hex {
            return Ok(());
        }
        Err(format!(
            "Specified {} checksum for {} ({}) does not match actual checksum ({found})",
            sum.kind.name(),
            self.text,
            sum.hex
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Host, value};
    use super::*;

    #[test]
    fn finds_in_the_tree_and_on_the_host() {
        let mut host = Host::new(&[("a/b.conf", "x\n"), ("run.sh", "#!/bin/sh\n")]);
        host.put("dev", "c", "dev\n");
        host.call(|call| {
            assert_eq!(locate(call, "salt://a/b.conf").unwrap().read_text(call).unwrap(), "x\n");
            assert_eq!(locate(call, "salt://run.sh").unwrap().mode(), 0o755);
            assert_eq!(locate(call, "salt://c?saltenv=dev").unwrap().read_text(call).unwrap(), "dev\n");
            assert_eq!(
                locate(call, "salt://nope").unwrap_err(),
                "Source file salt://nope not found in saltenv 'base'"
            );
            assert_eq!(locate(call, "/no/such").unwrap_err(), "Local file source /no/such does not exist");
            assert!(locate(call, "https://x/y").unwrap_err().contains("not supported"));
        });
    }

    #[test]
    fn takes_the_first_that_exists() {
        let host = Host::new(&[("b", "x\n")]);
        let list = SourceArgument::deserialize(value("[salt://a, {salt://b: md5=1}]")).unwrap();
        host.call(|call| {
            assert_eq!(list.choose(call, None).unwrap(), ("salt://b", Some("md5=1")));
            let none = SourceArgument::FirstOf(vec![("salt://x".into(), None)]);
            assert!(none.choose(call, None).is_err());
        });
    }
}
