//! `file.serialize`: a file that holds a value as YAML or JSON.

use std::path::Path;

use common::value::{DEFAULT_DELIMITER, Map, Value, get, map};
use serde::Deserialize;

use super::super::arguments::{Flag, Pairs, Text, unless_blank, unless_empty};
use super::super::{Call, Check, Done, Failure, StateFunction};
use super::managed::{self, Managed};
use super::paths;
use crate::functions::{self, Arguments};
use crate::language::{Layout, to_ascii_yaml, to_json, to_yaml, value_of};

/// The arguments of `file.serialize`. Owner, mode and the like are those of `file.managed`, which it hands them to.
#[derive(Deserialize)]
pub(super) struct Serialize {
    name: Text,
    #[serde(default)]
    dataset: Value,
    #[serde(default, deserialize_with = "unless_empty")]
    dataset_pillar: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    serializer: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    formatter: Option<Text>,
    #[serde(default, deserialize_with = "unless_empty")]
    serializer_opts: Option<Pairs>,
    #[serde(default, rename = "deserializer_opts")]
    _deserializer_opts: Value,
    #[serde(default)]
    merge_if_exists: Flag,
    #[serde(default, deserialize_with = "unless_empty")]
    encoding: Option<Text>,
    #[serde(default, rename = "encoding_errors")]
    _encoding_errors: Value,
    #[serde(default, rename = "user")]
    _user: Value,
    #[serde(default, rename = "group")]
    _group: Value,
    #[serde(default, deserialize_with = "unless_blank", rename = "mode")]
    _mode: Option<Value>,
    #[serde(default, rename = "backup")]
    _backup: Value,
    #[serde(default, rename = "makedirs")]
    _makedirs: Value,
    #[serde(default, rename = "dir_mode")]
    _dir_mode: Value,
    #[serde(default, rename = "show_changes")]
    _show_changes: Value,
    #[serde(default, rename = "create")]
    _create: Value,
    #[serde(default, rename = "check_cmd")]
    _check_cmd: Value,
    #[serde(default, rename = "tmp_dir")]
    _tmp_dir: Value,
    #[serde(default, rename = "tmp_ext")]
    _tmp_ext: Value,
}

/// Arguments that `file.managed` has as well.
const HANDED_ON: &[&str] = &[
    "name",
    "user",
    "group",
    "mode",
    "backup",
    "makedirs",
    "dir_mode",
    "show_changes",
    "create",
    "check_cmd",
    "tmp_dir",
    "tmp_ext",
];

/// The languages that a value is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Json,
    Yaml,
}

impl StateFunction for Serialize {
    const NAME: &'static str = "file.serialize";
    const DOC: &'static str = "A file that holds a value.\n\n\
        dataset, or dataset_pillar (a path in the pillar); serializer or formatter (yaml, json), serializer_opts (indent and \
        sort_keys of json, default_flow_style of yaml), encoding (utf-8 leaves characters past ASCII as they are), \
        merge_if_exists, and user, group, mode, makedirs, create, backup, show_changes and check_cmd as file.managed has \
        them";
    const SWALLOWS: bool = true;

    type Plan = (Box<Managed>, managed::Plan, Option<Value>);

    fn check(&self, call: &Call<'_>) -> Result<Check<Self::Plan>, Failure> {
        let name = paths::expand_user(&self.name);
        if name.is_empty() {
            return Err(Failure::new("Must provide name to file.serialize"));
        }
        let creates = get(call.arguments, "create").is_none_or(Value::is_true);
        if !creates && !Path::new(&name).is_file() {
            return Ok(Check::clean(format!("File {name} is not present and is not set for creation")));
        }
        let language = self.language()?;
        let mut dataset = self.dataset(call)?;
        let mut difference = None;
        if self.merge_if_exists.0
            && let Some(existing) = existing(&name, language)?
        {
            let merged = merged(call, existing.clone(), dataset)?;
            if merged == existing {
                return Ok(Check::clean(format!("The file {name} is in the correct state")));
            }
            if let (Value::Map(old), Value::Map(new)) = (&existing, &merged) {
                difference = Some(Value::Map(differences(old, new)));
            }
            dataset = merged;
        }
        let mut arguments: Map = HANDED_ON
            .iter()
            .filter_map(|key| get(call.arguments, key).map(|value| (Value::from(*key), value.clone())))
            .collect();
        arguments.insert("name".into(), name.as_str().into());
        arguments.insert("contents".into(), self.written(&dataset, language)?.into());
        let managed = Managed::deserialize(Value::Map(arguments))?;
        Ok(match managed.check(call)? {
            Check::Clean { comment } => Check::Clean { comment },
            Check::Differs { plan, mut changes, .. } => {
                if let Some(difference) = &difference {
                    changes.insert("diff".into(), difference.clone());
                }
                let comment = format!("Dataset will be serialized and stored into {name}");
                Check::differs((Box::new(managed), plan, difference), comment, changes)
            }
        })
    }

    fn converge(&self, call: &Call<'_>, (managed, plan, difference): Self::Plan) -> Result<Done, Failure> {
        let mut done = managed.converge(call, plan)?;
        if let Some(difference) = difference {
            done.changes.insert("diff".into(), difference);
        }
        Ok(done)
    }
}

impl Serialize {
    fn language(&self) -> Result<Language, Failure> {
        let name = match (&self.serializer, &self.formatter) {
            (Some(_), Some(_)) => {
                return Err(Failure::new("Only one of serializer and formatter are allowed"));
            }
            (Some(name), None) | (None, Some(name)) => name.to_lowercase(),
            (None, None) => return Ok(Language::Yaml),
        };
        match name.as_str() {
            "yaml" => Ok(Language::Yaml),
            "json" => Ok(Language::Json),
            _ => Err(Failure::new(format!(
                "The {name} serializer could not be found. It either does not exist or its prerequisites are not installed."
            ))),
        }
    }

    fn dataset(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match &self.dataset_pillar {
            Some(_) if self.dataset.is_true() => {
                Err(Failure::new("Only one of 'dataset' and 'dataset_pillar' is permitted"))
            }
            Some(path) => {
                let pillar = Value::Map((*call.context.pillar).clone());
                Ok(pillar.traverse(path, DEFAULT_DELIMITER).cloned().unwrap_or_else(|| "".into()))
            }
            None if self.dataset.is_null() => {
                Err(Failure::new("Neither 'dataset' nor 'dataset_pillar' was defined"))
            }
            None => Ok(self.dataset.clone()),
        }
    }

    /// The text of the file.
    fn written(&self, dataset: &Value, language: Language) -> Result<String, Failure> {
        let options = self.serializer_opts.as_ref().map_or(&[][..], |_| KNOWN);
        if let Some(pairs) = &self.serializer_opts
            && let Some(unknown) =
                pairs.0.keys().find(|key| !options.contains(&(language, key.as_str().unwrap_or_default())))
        {
            return Err(Failure::new(format!(
                "serializer_opts: '{unknown}' is not supported here; take it out, or write the text with file.managed"
            )));
        }
        let option = |name: &str| self.serializer_opts.as_ref().and_then(|pairs| get(&pairs.0, name));
        let mut text = match language {
            Language::Json => {
                let indent = match option("indent") {
                    None => Some(2),
                    Some(width) => width.as_int().and_then(|width| usize::try_from(width).ok()),
                };
                let text = to_json(dataset, option("sort_keys").is_none_or(Value::is_true), indent);
                if self.encoding.is_some() { text } else { ascii(&text) }
            }
            Language::Yaml => {
                let flow = option("default_flow_style").is_some_and(Value::is_true);
                let layout = if flow { Layout::Flow } else { Layout::Block };
                let write = if self.encoding.is_some() { to_yaml } else { to_ascii_yaml };
                write(dataset, layout).map_err(|error| Failure::new(error.to_string()))?
            }
        };
        if text.ends_with('\n') {
            text.pop();
        }
        text.push('\n');
        Ok(text)
    }
}

/// The options of each language.
const KNOWN: &[(Language, &str)] =
    &[(Language::Json, "indent"), (Language::Json, "sort_keys"), (Language::Yaml, "default_flow_style")];

/// What the file holds now.
fn existing(name: &str, language: Language) -> Result<Option<Value>, Failure> {
    let path = Path::new(name);
    if !path.is_file() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&super::edit::read(path)?).into_owned();
    let read = match language {
        Language::Json => serde_json::from_str::<serde_json::Value>(&text)
            .map(Value::from)
            .map_err(|error| error.to_string()),
        Language::Yaml => value_of(&text),
    };
    match read {
        Ok(Value::Null) => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(Failure::new(format!("Failed to deserialize existing data: {error}"))),
    }
}

/// The second value merged over the first, to any depth; lists are replaced.
fn merged(call: &Call<'_>, first: Value, second: Value) -> Result<Value, Failure> {
    let arguments =
        Arguments { positional: vec![first, second], keyword: map([("strategy", "recurse".into())]) };
    Ok(functions::call(call.context, "slsutil.merge", &arguments)?)
}

/// What was and what shall be, for each key whose value changes.
fn differences(old: &Map, new: &Map) -> Map {
    let missing = || Value::from("<_null_>");
    let mut found = Map::new();
    for (key, value) in new {
        let difference = match (old.get(key), value) {
            (Some(before), value) if before == value => continue,
            (Some(Value::Map(before)), Value::Map(after)) => differences(before, after),
            (before, _) => map([("old", before.cloned().unwrap_or_else(missing)), ("new", value.clone())]),
        };
        found.insert(key.clone(), difference.into());
    }
    found
}

/// JSON with everything past ASCII escaped.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::testing::Host;

    #[test]
    fn values_are_written() {
        let mut host = Host::new(&[]).pillar("{d: {z: 1, a: [1, {b: é}]}}");
        let (dry, real) = host.converge("file.serialize", "a", "{dataset_pillar: d, serializer: json}");
        let name = host.path("a").display().to_string();
        assert_eq!(dry.comment, format!("Dataset will be serialized and stored into {name}"));
        assert_eq!(real.comment, format!("File {name} updated"));
        assert_eq!(
            host.read("a"),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\u00e9\"\n    }\n  ],\n  \"z\": 1\n}\n"
        );
        host.converge("file.serialize", "b", "{dataset: {z: 1, a: [1, é]}, encoding: utf-8, mode: '0600'}");
        assert_eq!(host.read("b"), "a:\n- 1\n- é\nz: 1\n");
    }

    #[test]
    fn what_is_there_is_merged() {
        let mut host = Host::new(&[]);
        host.write("a", "a: {b: 1}\nl: [1]\n");
        host.converge("file.serialize", "a", "{dataset: {a: {c: 2}, l: [2]}, merge_if_exists: true}");
        assert_eq!(host.read("a"), "a:\n  b: 1\n  c: 2\nl:\n- 2\n");
        host.write("b", "a: {b: 1}\n");
        let (_, real) = host.converge("file.serialize", "b", "{dataset: {a: {c: 2}}, merge_if_exists: true}");
        let told = real.changes.values().next().unwrap().to_string();
        assert_eq!(told, "{'a': {'c': {'old': '<_null_>', 'new': 2}}}");
        let again = host.run("file.serialize", "a", "{dataset: {a: {c: 2}}, merge_if_exists: true}");
        assert_eq!(again.result, Some(true));
        assert!(again.changes.is_empty() && again.comment.ends_with("is in the correct state"));
    }

    #[test]
    fn wrong_arguments() {
        let mut host = Host::new(&[]).pillar("{d: 1}");
        let mut comment = |arguments: &str| host.run("file.serialize", "a", arguments).comment;
        assert!(comment("{}").starts_with("Neither 'dataset'"));
        assert!(comment("{dataset: {a: 1}, dataset_pillar: d}").starts_with("Only one of 'dataset'"));
        assert!(
            comment("{dataset: 1, serializer: json, formatter: yaml}").starts_with("Only one of serializer")
        );
        assert!(
            comment("{dataset: 1, serializer: toml}").starts_with("The toml serializer could not be found")
        );
        assert!(comment("{dataset: 1, serializer_opts: [width: 5]}").contains("'width' is not supported"));
        assert!(comment("{dataset: 1, create: false}").ends_with("is not set for creation"));
    }
}
