//! The files of a configuration, merged as Salt merges them.

use std::collections::HashMap;
use std::path::Path;

use common::value::{Map, Value, get};

use super::pattern;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{Kind, yaml_file};

/// The largest file that is read: 1 MiB.
const SIZE_LIMIT: u64 = 1 << 20;

/// How deep files may include files.
const DEPTH_LIMIT: usize = 16;

/// What is included where the files do not say otherwise.
const DEFAULT_INCLUDE: &str = "minion.d/*.conf";

/// The keys of all files, and where each was set last.
pub(super) struct Document {
    pub(super) values: Map,
    places: HashMap<String, Place>,
    pub(super) notices: Vec<String>,
}

impl Document {
    /// Values that come from no file.
    pub(super) fn of(mut values: Map, main: &Path) -> Self {
        values.insert("conf_file".into(), main.display().to_string().into());
        text_id(&mut values);
        Self { values, places: HashMap::new(), notices: Vec::new() }
    }

    /// Reads the main file and what it includes. Without a main file there are Salt's defaults and `minion.d`.
    pub(super) fn read(main: &Path) -> Result<Self, Diagnostic> {
        let mut document = Self { values: Map::new(), places: HashMap::new(), notices: Vec::new() };
        if main.is_file() {
            document.values = document.file(main)?;
            document.values.insert("conf_file".into(), main.display().to_string().into());
        }
        let usual = get(&document.values, "default_include").cloned().unwrap_or(DEFAULT_INCLUDE.into());
        let named = get(&document.values, "include").cloned().unwrap_or_default();
        for (include, is_named) in [(usual, false), (named, true)] {
            let included = document.included(&include, main, is_named, 0)?;
            document.values.extend(included);
        }
        Ok(document)
    }

    /// Where a key was set.
    pub(super) fn place(&self, key: &str) -> Option<&Place> {
        self.places.get(key)
    }

    /// What an `include` brings, file by file in their order: maps are merged and lists joined.
    fn included(
        &mut self,
        include: &Value,
        from: &Path,
        is_named: bool,
        depth: usize,
    ) -> Result<Map, Diagnostic> {
        let mut merged = Map::new();
        if depth >= DEPTH_LIMIT {
            return Err(Diagnostic::new(format!(
                "{} is included more than {DEPTH_LIMIT} deep",
                from.display()
            ))
            .help("does a file include itself?"));
        }
        let patterns = match include {
            Value::List(patterns) => patterns.iter().map(ToString::to_string).collect(),
            include if include.is_true() => vec![include.to_string()],
            _ => Vec::new(),
        };
        for pattern in patterns {
            let files = pattern::files(&pattern, from.parent().unwrap_or(from));
            if files.is_empty() && is_named {
                self.notices.push(format!("{}: include '{pattern}' names no file", from.display()));
            }
            for file in files {
                let mut values = self.file(&file)?;
                if let Some(more) = get(&values, "include").cloned() {
                    values.extend(self.included(&more, &file, true, depth + 1)?);
                }
                update(&mut merged, values);
            }
        }
        Ok(merged)
    }

    fn file(&mut self, path: &Path) -> Result<Map, Diagnostic> {
        let (mut values, places) = read_map(path)?;
        self.places.extend(places);
        text_id(&mut values);
        Ok(values)
    }
}

/// The file `grains` beside the configuration: grains that are laid over the machine's.
pub(super) fn read_grains(path: &Path) -> Result<Map, Diagnostic> {
    if path.is_file() { Ok(read_map(path)?.0) } else { Ok(Map::new()) }
}

/// A file that holds a map, and where each of its keys stands.
fn read_map(path: &Path) -> Result<(Map, Vec<(String, Place)>), Diagnostic> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| Diagnostic::new(format!("cannot read {name}: {error}"));
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > SIZE_LIMIT {
        return Err(Diagnostic::new(format!("{name} has {size} bytes; at most {SIZE_LIMIT} are read")));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let node = yaml_file(&name, &text)?;
    match &node.kind {
        Kind::Map(pairs) => {
            let place = |key: &crate::language::Node| (key.to_value().to_string(), key.place.clone());
            let places = pairs.iter().map(|(key, _)| place(key)).collect();
            let pairs = pairs.iter().map(|(key, value)| (key.to_value(), value.to_value()));
            Ok((pairs.collect(), places))
        }
        Kind::Scalar(value) if !value.is_true() => Ok((Map::new(), Vec::new())),
        _ => Err(Diagnostic::new(format!("{name} is no map of keys and values, but {}", kind(&node.kind)))
            .at(node.place)
            .with_source(&text)
            .help("write a key and its value on each line, such as `file_client: local`")
            .salt(format!("Error parsing configuration file: {name} - conf should be a document"))),
    }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::List(_) => "a list",
        _ => "a text",
    }
}

/// An id may be written as a number.
fn text_id(values: &mut Map) {
    if let Some(id) = values.get_mut(&Value::from("id")) {
        *id = id.to_string().into();
    }
}

/// Merges `upper` into `lower`: maps key by key, lists joined without what is there already, all else replaced.
pub(super) fn update(lower: &mut Map, upper: Map) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Map(lower)), Value::Map(upper)) => update(lower, upper),
            (Some(Value::List(lower)), Value::List(upper)) => {
                let new: Vec<_> = upper.into_iter().filter(|item| !lower.contains(item)).collect();
                lower.extend(new);
            }
            (Some(lower), value) => *lower = value,
            (None, value) => {
                lower.insert(key, value);
            }
        }
    }
}
