//! The SLS files of one pillar environment and what they include.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use common::value::{Map, Value, get};

use super::super::faults::rendering_failed;
use super::super::high::{describe, first_pair};
use super::super::tree::Tree;
use super::merge::Merging;
use super::parts::Part;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{self, Kind, NO_DATA, Node, Source};
use crate::nearest::nearest;

/// How deep includes may be nested.
const DEPTH_LIMIT: usize = 100;

/// An SLS or a pattern that the top file names.
pub(super) struct Named {
    pub(super) pattern: String,
    pub(super) place: Place,
    /// Which of the environment's targets names it.
    pub(super) target: usize,
}

/// The files of an environment while they are loaded.
pub(super) struct Files<'f, 't> {
    tree: &'f mut Tree<'t>,
    saltenv: &'f str,
    merging: Merging,
    /// The names that may be missing.
    optional: HashSet<String>,
    errors: &'f mut Vec<Diagnostic>,
    /// What each file that was rendered says itself, without what it includes.
    own: HashMap<String, Option<Map>>,
    /// The files in the order in which they are merged, where somebody wants to know.
    parts: Option<&'f mut Vec<Part>>,
}

/// How the compiler came to a file.
#[derive(Clone, Default)]
struct Way {
    /// The target that leads there.
    target: usize,
    /// The files that include it, the outermost first.
    above: Vec<Arc<str>>,
    /// The keys that its values are put below.
    below: Vec<Value>,
    /// Variables that its includer sets.
    defaults: Map,
}

/// One item of an include list.
struct Include<'n> {
    name: &'n str,
    key: Option<&'n str>,
    defaults: Option<Map>,
}

impl<'f, 't> Files<'f, 't> {
    pub(super) fn new(
        tree: &'f mut Tree<'t>,
        saltenv: &'f str,
        merging: Merging,
        optional: HashSet<String>,
        errors: &'f mut Vec<Diagnostic>,
        parts: Option<&'f mut Vec<Part>>,
    ) -> Self {
        Self { tree, saltenv, merging, optional, errors, own: HashMap::new(), parts }
    }

    /// The maps of the files that a name or pattern of the top file stands for.
    pub(super) fn load(&mut self, named: &Named) -> Vec<Map> {
        if !self.tree.has_environment(self.saltenv) {
            self.errors.push(
                Diagnostic::new(format!("there is no environment '{}' in the pillar tree", self.saltenv))
                    .at(named.place.clone())
                    .help(format!("the environments are {}", self.tree.environments().join(", ")))
                    .salt(format!("No matching pillar environment for environment '{}' found", self.saltenv)),
            );
            return Vec::new();
        }
        let names = self.matching(&named.pattern);
        let names = if names.is_empty() { vec![named.pattern.clone()] } else { names };
        let mut maps = Vec::new();
        for name in names {
            if let Some(source) = self.read(&name, &named.place) {
                self.tree.memory().asked_for(&source, &named.place, None);
                maps.extend(self.file(&source, &Way { target: named.target, ..Way::default() }));
            }
        }
        maps
    }

    fn matching(&mut self, pattern: &str) -> Vec<String> {
        match self.tree.matching(self.saltenv, pattern) {
            Ok(names) => names,
            Err(error) => {
                self.errors.push(error);
                Vec::new()
            }
        }
    }

    /// A file that `place` asks for. One that is not there, or cannot be read, is an error.
    fn read(&mut self, name: &str, place: &Place) -> Option<Source> {
        match self.tree.read_sls(self.saltenv, name) {
            Ok(Some(source)) => return Some(source),
            Ok(None) if self.optional.contains(name) => {}
            Ok(None) => {
                let error = self.missing(name).at(place.clone());
                self.errors.push(error);
            }
            Err(error) => self.errors.push(error.salt(failed(name))),
        }
        None
    }

    /// Renders a file and merges it over what it includes.
    fn file(&mut self, source: &Source, way: &Way) -> Option<Map> {
        let node = match language::render(self.tree.context(), source, &way.defaults) {
            Ok(node) => node,
            Err(error) => {
                let no_data = error.salt.as_deref() == Some(NO_DATA);
                let error = rendering_failed(error, source);
                let error = self.tree.with_way_to(error, &source.path);
                self.errors.push(if no_data {
                    error.salt(format!("SLS '{}' {NO_DATA}", source.sls))
                } else {
                    error.salt(failed(&source.sls))
                });
                return None;
            }
        };
        let pairs = match &node.kind {
            Kind::Map(pairs) => pairs,
            Kind::Scalar(value) if !value.is_true() => {
                self.remember(source, way, Vec::new());
                return None;
            }
            Kind::List(items) if items.is_empty() => return None,
            _ => {
                let error = Diagnostic::new(format!(
                    "{} is not a map of pillar values: it is {}",
                    source.path,
                    describe(&node.to_value())
                ))
                .at(node.place.clone())
                .help("a pillar SLS maps keys to values: `key: value`");
                // Salt does not survive one that is included.
                self.errors.push(if way.above.is_empty() {
                    error.salt(format!("SLS '{}' {NO_DATA}", source.sls))
                } else {
                    error
                });
                return None;
            }
        };
        let is_include = |key: &Arc<Node>| key.as_str() == Some("include");
        let own = pairs.iter().filter(|(key, _)| !is_include(key));
        let own = own.cloned();
        let map: Map = own.clone().map(|(key, value)| (key.to_value(), value.to_value())).collect();
        self.own.insert(source.sls.as_ref().into(), Some(map.clone()));
        let mut included = Map::new();
        if let Some((_, list)) = pairs.iter().find(|(key, _)| is_include(key)) {
            self.includes(list, source, way, &mut included);
        }
        self.remember(source, way, own.collect());
        // Own keys win, unless the configuration says that included ones do.
        let included_wins =
            get(&self.tree.context().opts, "pillar_includes_override_sls").is_some_and(Value::is_true);
        let (mut first, second) = if included_wins { (map, included) } else { (included, map) };
        self.merging.merge(&mut first, second);
        Some(first)
    }

    /// Keeps what a file says itself, where somebody wants to know.
    fn remember(&mut self, source: &Source, way: &Way, pairs: Vec<(Arc<Node>, Arc<Node>)>) {
        if let Some(parts) = &mut self.parts {
            parts.push(Part {
                source: source.clone(),
                target: way.target,
                above: way.above.clone(),
                below: way.below.clone(),
                variables: way.defaults.clone(),
                pairs,
            });
        }
    }

    fn includes(&mut self, list: &Arc<Node>, source: &Source, way: &Way, merged: &mut Map) {
        let Some(items) = list.as_list() else {
            self.errors.push(
                Diagnostic::new(format!("include is {}, not a list", describe(&list.to_value())))
                    .at(list.place.clone())
                    .help("include is a list: write `include:` and below it `- name`")
                    .salt(format!("Include Declaration in SLS '{}' is not formed as a list", source.sls)),
            );
            return;
        };
        // Defaults stay in force for the items after them, as in Salt.
        let mut way = way.clone();
        let below = way.below.clone();
        way.above.push(Arc::clone(&source.path));
        for item in items {
            let Some(include) = self.parse(item) else { continue };
            if let Some(own) = include.defaults {
                way.defaults = own;
            }
            way.below = below.iter().cloned().chain(parts_of(include.key).map(Value::from)).collect();
            for name in self.named_by(include.name, source) {
                let included = match self.own.get(&name) {
                    // A file that was rendered before adds what it says itself.
                    Some(own) => own.clone(),
                    None if way.above.len() > DEPTH_LIMIT => {
                        let message = format!("includes are nested more than {DEPTH_LIMIT} deep");
                        self.errors.push(Diagnostic::new(message).at(item.place.clone()));
                        return;
                    }
                    None => self.read(&name, &item.place).and_then(|included| {
                        self.tree.memory().asked_for(&included, &item.place, None);
                        self.own.insert(name.clone(), None);
                        self.file(&included, &way)
                    }),
                };
                if let Some(included) = included {
                    self.merging.merge(merged, nested(included, include.key));
                }
            }
        }
    }

    /// Reads `name` or `{name: {key: …, defaults: …}}`.
    fn parse<'n>(&mut self, item: &'n Arc<Node>) -> Option<Include<'n>> {
        if let Some(name) = item.as_str() {
            return Some(Include { name, key: None, defaults: None });
        }
        let read = first_pair(item).and_then(|(name, options)| {
            let name = name.as_str()?;
            let options = options.as_map()?;
            let option = |wanted: &str| {
                options.iter().find(|(key, _)| key.as_str() == Some(wanted)).map(|(_, value)| value)
            };
            let defaults = match option("defaults").map(|node| node.to_value()) {
                None | Some(Value::Null) => Map::new(),
                Some(Value::Map(map)) if map.keys().all(|key| key.as_str().is_some()) => map,
                Some(_) => return None,
            };
            let key = match option("key") {
                None => None,
                Some(key) if !key.to_value().is_true() => None,
                Some(key) => Some(key.as_str()?),
            };
            Some(Include { name, key, defaults: Some(defaults) })
        });
        if read.is_none() {
            self.errors.push(
                Diagnostic::new(format!(
                    "an item of include is {}, not the name of an SLS",
                    describe(&item.to_value())
                ))
                .at(item.place.clone())
                .help("write `- name`, or `- name:` and below it `key:` and `defaults:`"),
            );
        }
        read
    }

    /// The names an include stands for. Salt finds most of them twice, and merges what a file says itself once more.
    fn named_by(&mut self, name: &str, source: &Source) -> Vec<String> {
        // Salt tries the name from the top of the tree as well when it is relative.
        let mut names = self.matching(&name.trim_start_matches('.').replace('/', "."));
        let mut full = name.to_owned();
        if let Some(rest) = name.strip_prefix('.') {
            let mut parts: Vec<&str> = source.sls.split('.').collect();
            if !source.path.ends_with("/init.sls") {
                parts.pop();
            }
            parts.push(rest);
            full = parts.join(".");
        }
        names.extend(self.matching(&full));
        if names.is_empty() { vec![full] } else { names }
    }

    fn missing(&mut self, name: &str) -> Diagnostic {
        let path = name.replace('.', "/");
        let error = Diagnostic::new(format!(
            "there is no pillar SLS '{name}' in environment {}: neither {path}.sls nor {path}/init.sls",
            self.saltenv
        ))
        .salt(format!(
            "Specified SLS '{name}' in environment '{}' is not available on the salt master",
            self.saltenv
        ));
        let names = self.tree.names(self.saltenv).unwrap_or_else(|_| Arc::from([]));
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("write the file, or take its name out of this list"),
        }
    }
}

/// Salt's sentence for a pillar file that does not render.
fn failed(sls: &str) -> String {
    format!("Rendering SLS '{sls}' failed. Please see master log for details.")
}

/// Puts a map below a path of keys such as `a:b`.
fn nested(map: Map, key: Option<&str>) -> Map {
    parts_of(key).rev().fold(map, |map, part| Map::from_iter([(Value::from(part), Value::Map(map))]))
}

/// The keys of a path of keys.
fn parts_of(key: Option<&str>) -> impl DoubleEndedIterator<Item = &str> {
    key.filter(|key| !key.is_empty()).into_iter().flat_map(|key| key.split(':'))
}
