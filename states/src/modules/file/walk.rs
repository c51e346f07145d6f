//! Walking a directory, and saying which paths below it a state may touch.

use std::io;
use std::path::{Path, PathBuf};

use common::regex::{Flags, Subject, compile};
use common::target::fnmatch;
use common::value::Value;
use serde::{Deserialize, Deserializer, de};

use super::super::Failure;

/// The most entries one state walks: 1,000,000.
const ENTRY_LIMIT: usize = 1_000_000;

/// One entry below a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path.
    pub(super) path: PathBuf,
    /// Whether it is a directory or a link to one.
    pub(super) directory: bool,
}

/// Every entry below `top`, files before directories, each sorted by name. Links are not
/// followed. `depth` 1 is the entries of `top` alone.
pub(super) fn below(top: &Path, depth: Option<usize>) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let mut pending = vec![(top.to_path_buf(), 0)];
    while let Some((directory, level)) = pending.pop() {
        if depth.is_some_and(|depth| level >= depth) {
            continue;
        }
        let failed = |error: io::Error| super::paths::failure("Unable to read directory", &directory, &error);
        let mut found = Vec::new();
        for entry in directory.read_dir().map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            found.push(Entry { directory: path.is_dir(), path });
            if entries.len() + found.len() > ENTRY_LIMIT {
                return Err(Failure::new(format!("{} holds more than {ENTRY_LIMIT} entries", top.display())));
            }
        }
        found.sort_by(|left, right| (left.directory, &left.path).cmp(&(right.directory, &right.path)));
        let down = found.iter().rev().filter(|entry| entry.directory && !entry.path.is_symlink());
        pending.extend(down.map(|entry| (entry.path.clone(), level + 1)));
        entries.append(&mut found);
    }
    Ok(entries)
}

/// `include_pat` and `exclude_pat`: globs, or regular expressions after `E@`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Patterns(Vec<String>);

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            value if !value.is_true() => Ok(Self::default()),
            Value::String(pattern) => Ok(Self(vec![pattern.to_string()])),
            Value::List(patterns) => Ok(Self(patterns.iter().map(ToString::to_string).collect())),
            value => Err(de::Error::custom(format!(
                "expected a pattern or a list of them, found {}",
                value.repr()
            ))),
        }
    }
}

impl Patterns {
    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any of them matches a path, which is relative to the directory of the state.
    pub(super) fn match_any(&self, path: &str) -> Result<bool, Failure> {
        for pattern in &self.0 {
            let matched = match pattern.strip_prefix("E@") {
                Some(regex) => compile(regex, Flags::default(), Subject::Text)?.is_match(path)?,
                None => fnmatch(path, pattern),
            };
            if matched {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A path relative to the directory it lies below, as text.
pub(super) fn relative(path: &Path, top: &Path) -> String {
    path.strip_prefix(top).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::value;
    use super::*;

    #[test]
    fn walks_to_a_depth_without_following_links() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::fs::write(top.join("a/b/f"), "").unwrap();
        std::os::unix::fs::symlink("a", top.join("l")).unwrap();
        let names = |depth| -> Vec<String> {
            below(top, depth).unwrap().iter().map(|entry| relative(&entry.path, top)).collect()
        };
        assert_eq!(names(None), ["a", "l", "a/b", "a/b/f"]);
        assert_eq!(names(Some(1)), ["a", "l"]);
        assert!(names(Some(0)).is_empty());
    }

    #[test]
    fn patterns_are_globs_or_regular_expressions() {
        let patterns = Patterns::deserialize(value("['*.bak', 'E@^x/[0-9]+$']")).unwrap();
        for (path, matched) in [("a/b.bak", true), ("x/12", true), ("x/a", false)] {
            assert_eq!(patterns.match_any(path).unwrap(), matched, "{path}");
        }
    }
}
