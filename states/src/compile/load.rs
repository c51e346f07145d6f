//! SLS files to high data: rendering, and the numbering of states.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use common::value::{Map, Value, get};

use super::faults::{conflict, id_is_not_text, rendering_failed};
use super::high::{High, Items, declare, describe, pair};
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Place};
use crate::files::withheld;
use crate::language::{self, Kind, NO_DATA, Node, Source};
use crate::nearest::nearest;

/// The number of the first state; later ones count on.
const FIRST_ORDER: i64 = 10_000;

/// Loads SLS files into high data.
pub(super) struct Loader<'t, 'a> {
    pub(super) tree: &'t mut Tree<'a>,
    pub(super) errors: Vec<Diagnostic>,
    /// The files that have been loaded, by environment and name.
    pub(super) seen: HashSet<(String, String)>,
    /// The environments that the run asks something of.
    pub(super) asked: BTreeSet<String>,
    next_order: i64,
    auto_order: bool,
}

impl<'t, 'a> Loader<'t, 'a> {
    pub(super) fn new(tree: &'t mut Tree<'a>) -> Self {
        let auto_order = get(&tree.context().opts, "state_auto_order").is_none_or(Value::is_true);
        Self {
            tree,
            errors: Vec::new(),
            seen: HashSet::new(),
            asked: BTreeSet::new(),
            next_order: FIRST_ORDER,
            auto_order,
        }
    }

    /// The same, giving no numbers to states.
    pub(super) fn unnumbered(mut self) -> Self {
        self.auto_order = false;
        self
    }

    /// Loads what is asked for: environments with names or patterns of SLS files, and for each where it was asked.
    pub(super) fn load(mut self, wanted: &[(String, Vec<Wanted>)]) -> (High, Vec<Diagnostic>) {
        let mut high = High::default();
        self.asked = wanted.iter().map(|(saltenv, _)| saltenv.clone()).collect();
        for (saltenv, patterns) in wanted {
            for wanted in patterns {
                if let Err(error) = self.load_wanted(saltenv, wanted, &mut high) {
                    self.errors.push(error);
                }
            }
        }
        (high, self.errors)
    }

    fn load_wanted(&mut self, saltenv: &str, wanted: &Wanted, high: &mut High) -> Result<(), Diagnostic> {
        let pattern = &wanted.pattern;
        if !self.tree.has_environment(saltenv) {
            return Err(wanted.locate(
                Diagnostic::new(format!("there is no environment '{saltenv}' in the state tree"))
                    .help(format!("the environments are {}", self.tree.environments().join(", ")))
                    .salt(format!("No matching salt environment for environment '{saltenv}' found")),
            ));
        }
        let mut names = self.tree.matching(saltenv, pattern)?;
        if names.is_empty() {
            names.push(pattern.clone());
        }
        for name in names {
            if self.seen.contains(&(saltenv.into(), name.clone())) {
                continue;
            }
            match self.tree.read_sls(saltenv, &name)? {
                Some(source) => {
                    if let Some(place) = &wanted.place {
                        self.tree.memory().asked_for(&source, place, wanted.target.as_ref());
                    }
                    let loaded = self.load_file(&source, 0);
                    self.merge(high, loaded);
                }
                None => {
                    let error = self.missing(saltenv, &name);
                    let sentence = format!("No matching sls found for '{pattern}' in env '{saltenv}'");
                    return Err(wanted.locate(error.salt(sentence)));
                }
            }
        }
        Ok(())
    }

    /// Loads one file and what it includes. What is wrong goes to `errors`.
    pub(super) fn load_file(&mut self, source: &Source, depth: usize) -> High {
        self.seen.insert((source.saltenv.as_ref().into(), source.sls.as_ref().into()));
        self.tree.memory().loaded(source);
        match language::render(self.tree.context(), source, &Map::new()) {
            Ok(node) => self.load_node(&node, source, depth),
            Err(error) => {
                let error = rendering_failed(error, source);
                self.errors.push(self.tree.with_way_to(error, &source.path));
                High::default()
            }
        }
    }

    /// Loads what a file renders to.
    pub(super) fn load_node(&mut self, node: &Node, source: &Source, depth: usize) -> High {
        let mut high = High::default();
        let pairs = match &node.kind {
            Kind::Map(pairs) => pairs,
            // Nothing, as of a file of comments; Salt looks no further at anything false.
            Kind::Scalar(value) if !value.is_true() => return high,
            Kind::List(items) if items.is_empty() => return high,
            _ => {
                let value = node.to_value();
                let error = Diagnostic::new(format!(
                    "{} is not a map of states: it is {}",
                    source.path,
                    describe(&value)
                ))
                .at(node.place.clone())
                .help("an SLS maps ids to state functions: `id:`, and below it `file.managed:`");
                // Salt looks for words in it first, and does not survive what has none.
                let texts = |items: &[Value]| items.iter().all(|item| item.as_str().is_some());
                self.errors.push(if value.as_str().is_some() || value.as_list().is_some_and(texts) {
                    error.salt(format!("SLS {} {NO_DATA}", source.sls))
                } else {
                    error
                });
                return high;
            }
        };
        let mut include = None;
        // Ids by their bodies, and those whose body is an alias of an earlier one.
        let mut bodies: HashMap<*const Node, Arc<str>> = HashMap::new();
        let mut aliases = Vec::new();
        for (key, value) in pairs {
            match key.as_str() {
                Some("include") => include = Some(value),
                Some("extend") => self.extends(value, source, &mut high),
                Some("exclude") => self.excludes(value, source, &mut high),
                Some(id) => {
                    let declared = declare(key, value, &source.sls, &source.saltenv, &mut self.errors);
                    if let Some(declaration) = declared {
                        let id: Arc<str> = id.into();
                        match bodies.entry(Arc::as_ptr(value)) {
                            Entry::Occupied(first) => {
                                aliases.push((Arc::clone(&id), Arc::clone(first.get())))
                            }
                            Entry::Vacant(entry) => drop(entry.insert(Arc::clone(&id))),
                        }
                        high.states.insert(id, declaration);
                    }
                }
                None => self.errors.push(id_is_not_text(key, source)),
            }
        }
        if let Some(include) = include {
            self.includes(include, source, depth, &mut high);
        }
        self.number(&mut high, &aliases);
        high
    }

    fn extends(&mut self, node: &Arc<Node>, source: &Source, high: &mut High) {
        let Some(pairs) = node.as_map() else {
            self.errors.push(
                Diagnostic::new(format!("extend is {}, not a map of ids", describe(&node.to_value())))
                    .at(node.place.clone())
                    .help("extend maps ids to what they get in addition: `extend:`, below it the id, below it the function")
                    .salt(format!("Extension value in SLS '{}' is not a dictionary", source.sls)),
            );
            return;
        };
        let extends = high.extends.get_or_insert_default();
        for (key, body) in pairs {
            let id = key.to_value().to_string();
            if body.as_map().is_none() {
                self.errors.push(
                    Diagnostic::new(format!(
                        "extend of '{id}' is {}, not a map of functions",
                        describe(&body.to_value())
                    ))
                    .at(key.place.clone())
                    .help("write the function below the id, and below it a list of arguments")
                    .salt(format!("Extension name '{id}' in SLS '{}' is not a dictionary", source.sls)),
                );
                continue;
            }
            let declared = declare(key, body, &source.sls, &source.saltenv, &mut self.errors);
            if let Some(declaration) = declared {
                extends.push((id.into(), declaration));
            }
        }
    }

    fn excludes(&mut self, node: &Arc<Node>, source: &Source, high: &mut High) {
        match node.as_list() {
            Some(items) => high.excludes.get_or_insert_default().extend(items.iter().cloned()),
            None => {
                let error = Diagnostic::new(format!("exclude is {}, not a list", describe(&node.to_value())))
                    .at(node.place.clone())
                    .help("exclude is a list of `sls: name` and `id: name`");
                // Salt does not survive what it cannot go through.
                self.errors.push(if node.as_str().is_some() || node.as_map().is_some() {
                    error.salt(format!("Exclude Declaration in SLS {} is not formed as a list", source.sls))
                } else {
                    error
                });
            }
        }
    }

    /// Adds what was loaded to what is there; ids that occur in both are errors.
    pub(super) fn merge(&mut self, high: &mut High, loaded: High) {
        if let Some(extends) = loaded.extends {
            high.extends.get_or_insert_default().extend(extends);
        }
        if let Some(excludes) = loaded.excludes {
            high.excludes.get_or_insert_default().extend(excludes);
        }
        for (id, declaration) in loaded.states {
            if let Some(first) = high.states.get(&id) {
                self.errors.push(conflict(&id, first, &declaration));
            } else {
                high.states.insert(id, declaration);
            }
        }
    }

    /// Gives every state without `order` the next number. What a file includes has been numbered before it.
    /// To Salt an alias of a body is that body, with its number.
    fn number(&mut self, high: &mut High, aliases: &[(Arc<str>, Arc<str>)]) {
        if !self.auto_order {
            return;
        }
        for (id, declaration) in &mut high.states {
            if aliases.iter().any(|(alias, _)| alias == id) {
                continue;
            }
            for (module, body) in &mut declaration.modules {
                if module.starts_with('_') || body.arguments().any(|(key, ..)| key == "order") {
                    continue;
                }
                if let Items::List(items) = &mut body.items {
                    items.push(pair("order", Kind::Scalar(self.next_order.into()), &body.place));
                    self.next_order += 1;
                }
            }
        }
        for (alias, first) in aliases {
            let modules = high.states.get(first).map(|declaration| declaration.modules.clone());
            if let (Some(declaration), Some(modules)) = (high.states.get_mut(alias), modules) {
                declaration.modules = modules;
            }
        }
    }

    pub(super) fn missing(&mut self, saltenv: &str, sls: &str) -> Diagnostic {
        let path = sls.replace('.', "/");
        let error = Diagnostic::new(format!(
            "there is no SLS '{sls}' in environment {saltenv}: neither {path}.sls nor {path}/init.sls"
        ));
        if let Some(withheld) = withheld(&*self.tree.context().files) {
            return error.help(withheld);
        }
        let names = self.tree.names(saltenv).unwrap_or_else(|_| Arc::from([]));
        match nearest(sls, names.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("write the file, or take its name out of this list"),
        }
    }
}

/// An SLS that is asked for by name or pattern.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The name or pattern.
    pub(super) pattern: String,
    /// Where it was asked for, when that is in a file.
    pub(super) place: Option<Place>,
    /// The target of the top file that it stands below.
    pub(super) target: Option<Arc<str>>,
}

impl Wanted {
    fn locate(&self, error: Diagnostic) -> Diagnostic {
        match &self.place {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }
}
