//! `require_in` and its like, `use` and `use_in`: what a state says of others, turned into extensions of those.

use std::sync::Arc;

use common::value::Value;
use indexmap::IndexMap;

use super::extend::{self, Finding};
use super::high::{Body, Declaration, High, Items, first_pair, is_hidden, pair};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{Kind, Node};

/// The forms that are resolved here. `listen_in` names chunks and is resolved with them.
const FORMS: &[&str] = &["require_in", "watch_in", "onfail_in", "onchanges_in", "use", "use_in", "prereq_in"];
/// What `use` does not copy.
const NOT_COPIED: &[&str] =
    &["require", "watch", "prereq", "onfail", "onfail_stop", "onchanges", "name", "names"];

/// Applies every `_in` form and `use` of the declarations. References that name nothing, which Salt passes over in
/// silence, become warnings. `disabled` are forms that the configuration turns off.
pub(super) fn apply(
    high: &mut High,
    disabled: &[String],
    errors: &mut Vec<Diagnostic>,
    warnings: &mut Vec<String>,
) {
    let mut collected = Collected { high, extensions: IndexMap::new(), errors, warnings };
    for (id, declaration) in collected.high.states.iter().filter(|(id, _)| !is_hidden(id)) {
        for (module, body) in &declaration.modules {
            let is_heard = |key: &str| FORMS.contains(&key) && !disabled.iter().any(|form| form == key);
            for (key, value, _) in body.arguments().filter(|(key, ..)| is_heard(key)) {
                let from = From { id, module, declaration, body, form: key };
                match &value.kind {
                    Kind::Map(pairs) => {
                        for (key, target) in pairs {
                            collected.reverse(&from, key, target, &target.place);
                        }
                    }
                    Kind::List(items) => collected.list(&from, items),
                    Kind::Scalar(_) => {}
                }
            }
        }
    }
    let extensions = collected.extensions.into_iter();
    let extensions = extensions.map(|(id, extension)| (id, extension.declaration())).collect();
    extend::apply(high, extensions, Finding::Strict, errors);
}

/// The state that says something of others.
struct From<'a> {
    id: &'a Arc<str>,
    module: &'a Arc<str>,
    declaration: &'a Declaration,
    body: &'a Body,
    form: &'a str,
}

struct Collected<'a> {
    high: &'a High,
    /// By the id that is extended. As in Salt its first module has to be there; others are passed over where they are not.
    extensions: IndexMap<Arc<str>, Extension>,
    errors: &'a mut Vec<Diagnostic>,
    warnings: &'a mut Vec<String>,
}

/// What a state gets in addition, and who was the last to say so.
struct Extension {
    sls: Arc<str>,
    saltenv: Arc<str>,
    place: Place,
    modules: IndexMap<Arc<str>, Vec<Arc<Node>>>,
}

impl Collected<'_> {
    fn list(&mut self, from: &From<'_>, items: &[Arc<Node>]) {
        // Salt goes over all references so far at each further one, so that earlier ones are applied repeatedly; what is
        // shown of a state shows it, so this does too.
        let mut targets: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for item in items {
            let Some((module, target)) = self.reference(from, item) else { continue };
            if module.as_ref() == "sls" {
                targets = self.states_of(&target);
            } else {
                targets.push((target, module));
            }
            for (target, module) in &targets {
                match from.form {
                    "use" => self.copy(from, (target, module), (from.id, from.module)),
                    "use_in" => self.copy(from, (from.id, from.module), (target, module)),
                    _ => self.add(from, target, module, &item.place),
                }
            }
        }
    }

    /// What an item refers to, as module and id.
    fn reference(&mut self, from: &From<'_>, item: &Arc<Node>) -> Option<(Arc<str>, Arc<str>)> {
        if let Some((key, target)) = first_pair(item) {
            let (key, target) = (key.to_value().to_string(), target.to_value());
            if target.is_null() {
                return None;
            }
            let module = self.without_function(from, &key, &target, &item.place);
            return Some((module, target.to_string().into()));
        }
        let target = item.as_scalar()?.to_string();
        if let Some(declaration) = self.high.states.get(target.as_str()) {
            let (module, _) = declaration.modules.first()?;
            return Some((Arc::clone(module), target.into()));
        }
        let by_name = self.high.states.iter().find_map(|(id, declaration)| {
            let named = |body: &Body| {
                body.arguments().any(|(key, value, _)| key == "name" && value.as_str() == Some(&target))
            };
            let (module, _) = declaration.modules.iter().find(|(_, body)| named(body))?;
            Some((Arc::clone(module), Arc::clone(id)))
        });
        if by_name.is_none() {
            self.warnings.push(format!(
                "{}: {} of state '{}' names '{target}', which no state has as its id or name; it has no effect",
                item.place, from.form, from.id
            ));
        }
        by_name
    }

    /// A reference in a map that stands directly below the form.
    fn reverse(&mut self, from: &From<'_>, key: &Arc<Node>, target: &Arc<Node>, place: &Place) {
        let (key, target) = (key.to_value().to_string(), target.to_value());
        if from.form.starts_with("use") || target.is_null() {
            return;
        }
        let module = self.without_function(from, &key, &target, place);
        self.add(from, &target.to_string().into(), &module, place);
    }

    /// The module of a reference; one that names a function is an error.
    fn without_function(&mut self, from: &From<'_>, key: &str, target: &Value, place: &Place) -> Arc<str> {
        let Some((module, _)) = key.split_once('.') else { return key.into() };
        let requisite = from.form.split('_').next().unwrap_or(from.form);
        self.errors.push(
            Diagnostic::new(format!("{} in state '{}' names the function `{key}`", from.form, from.id))
                .at(place.clone())
                .help(format!("a requisite names the module alone: `- {module}: {target}`"))
                .salt(format!(
                    "Invalid requisite in {requisite}: {key} for {target}, in SLS '{}'. Requisites must not contain \
                     dots, did you mean '{module}'?",
                    from.declaration.sls
                )),
        );
        module.into()
    }

    /// The states of an SLS, as id and module.
    fn states_of(&self, sls: &str) -> Vec<(Arc<str>, Arc<str>)> {
        let own = self.high.states.iter().filter(|(_, declaration)| *declaration.sls == *sls);
        own.flat_map(|(id, declaration)| {
            declaration.modules.keys().map(|module| (Arc::clone(id), Arc::clone(module)))
        })
        .collect()
    }

    /// Adds the reversed requisite to a target.
    fn add(&mut self, from: &From<'_>, target: &Arc<str>, module: &Arc<str>, place: &Place) {
        let requisite = from.form.split('_').next().unwrap_or(from.form);
        let reference = pair(from.module, Kind::Scalar(from.id.as_ref().into()), place);
        let items = self.extension(from, target, module, place);
        let known = items
            .iter_mut()
            .find(|item| first_pair(item).is_some_and(|(key, _)| key.as_str() == Some(requisite)));
        match known {
            Some(item) => {
                let mut list =
                    first_pair(item).and_then(|(_, list)| list.as_list()).unwrap_or_default().to_vec();
                list.push(reference);
                *item = pair(requisite, Kind::List(list), &item.place);
            }
            None => items.push(pair(requisite, Kind::List(vec![reference]), place)),
        }
    }

    /// Copies the arguments that the receiver lacks from the donor.
    fn copy(&mut self, from: &From<'_>, donor: (&Arc<str>, &Arc<str>), receiver: (&Arc<str>, &Arc<str>)) {
        let body_of = |(id, module): (&Arc<str>, &Arc<str>)| self.high.states.get(id)?.modules.get(module);
        let (Some(donor), Some(own)) = (body_of(donor), body_of(receiver)) else {
            let (id, module) = if from.form == "use" { donor } else { receiver };
            self.warnings.push(format!(
                "{}: {} of state '{}' names `{module}: {id}`, which does not exist; it has no effect",
                from.body.place, from.form, from.id
            ));
            return;
        };
        let single = |item: &Arc<Node>| item.as_map().is_some_and(|pairs| pairs.len() == 1);
        let known: Vec<&str> =
            own.arguments().filter(|(.., item)| single(item)).map(|(key, ..)| key).collect();
        let copied = donor.arguments().filter(|(key, _, item)| {
            single(item) && !known.contains(key) && !NOT_COPIED.contains(key) && !FORMS.contains(key)
        });
        let copied: Vec<Arc<Node>> = copied.map(|(.., item)| Arc::clone(item)).collect();
        self.extension(from, receiver.0, receiver.1, &from.body.place).extend(copied);
    }

    /// The items of the extension of a state.
    fn extension(
        &mut self,
        from: &From<'_>,
        id: &Arc<str>,
        module: &Arc<str>,
        place: &Place,
    ) -> &mut Vec<Arc<Node>> {
        let new = || Extension {
            sls: Arc::clone(&from.declaration.sls),
            saltenv: Arc::clone(&from.declaration.saltenv),
            place: place.clone(),
            modules: IndexMap::new(),
        };
        let extension = self.extensions.entry(Arc::clone(id)).or_insert_with(new);
        extension.sls = Arc::clone(&from.declaration.sls);
        extension.saltenv = Arc::clone(&from.declaration.saltenv);
        extension.modules.entry(Arc::clone(module)).or_default()
    }
}

impl Extension {
    fn declaration(self) -> Declaration {
        let bodies = self
            .modules
            .into_iter()
            .map(|(module, items)| (module, Body { items: Items::List(items), place: self.place.clone() }));
        Declaration {
            sls: self.sls,
            saltenv: self.saltenv,
            included_from: Vec::new(),
            modules: bodies.collect(),
            place: self.place,
        }
    }
}
