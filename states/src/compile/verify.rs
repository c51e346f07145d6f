//! Whether every declaration has the form it must have.

use std::collections::HashSet;
use std::sync::Arc;

use common::value::Value;

use super::digest::IN_STATE;
use super::high::{Body, Declaration, High, Items, describe, first_pair, is_hidden, salt_repr};
use super::keywords::REQUISITES;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Node;
use crate::modules;

/// Ids with a module.
pub(super) type States = HashSet<(Arc<str>, Arc<str>)>;

/// Checks the form of every declaration, and says which are wrong.
pub(super) fn verify(high: &High, errors: &mut Vec<Diagnostic>) -> States {
    let mut wrong = States::new();
    for (id, declaration) in high.states.iter().filter(|(id, _)| !is_hidden(id)) {
        for (module, body) in &declaration.modules {
            let before = errors.len();
            State { id, declaration, module, body }.verify(errors);
            if errors.len() > before {
                wrong.insert((Arc::clone(id), Arc::clone(module)));
            }
        }
    }
    wrong
}

struct State<'a> {
    id: &'a str,
    declaration: &'a Declaration,
    module: &'a str,
    body: &'a Body,
}

impl State<'_> {
    fn verify(&self, errors: &mut Vec<Diagnostic>) {
        let (id, sls) = (self.id, &self.declaration.sls);
        let items = match &self.body.items {
            Items::List(items) => items,
            Items::Other(node) => {
                errors.push(self.not_a_list(node));
                return;
            }
        };
        let mut functions = Vec::new();
        let mut has_words = false;
        for item in items {
            if let Some(text) = item.as_str() {
                functions.push(text);
                if text.trim().contains(' ') {
                    has_words = true;
                    errors.push(
                        self.error(item, format!("\"{text}\" is not an argument"))
                            .help("an argument is written `- name: value`: is a ':' missing?")
                            .salt(format!(
                                "The function \"{text}\" in state \"{id}\" in SLS \"{sls}\" has whitespace, a function \
                                 with whitespace is not supported, perhaps this is an argument that is missing a \":\""
                            )),
                    );
                }
            } else if let Some((key, value)) = first_pair(item) {
                match key.as_str() {
                    Some("names") if value.as_list().is_none() => errors.push(
                        self.error(
                            value,
                            format!("names is {}, not a list", describe(&value.to_value())),
                        )
                        .help("write `- names:` and below it `- name`, one an item")
                        .salt(format!(
                            "The 'names' argument in state '{id}' in SLS '{sls}' needs to be formed as a list"
                        )),
                    ),
                    Some(kind) if REQUISITES.contains(&kind) => self.requisite(kind, value, item, errors),
                    _ => {}
                }
            } else if item.as_map().is_some() {
                errors.push(
                    self.error(item, "an argument is an empty map".into())
                        .help("write `- name: value`, or take the item away"),
                );
            }
        }
        match functions.as_slice() {
            [""] => errors.push(
                self.error_at(self.body.place.clone(), format!("`{}.` names no function", self.module))
                    .help(format!("write the function behind the dot: {}", self.functions())),
            ),
            [_] if self.module.is_empty() => errors.push(
                self.error_at(self.body.place.clone(), "the function names no module".into())
                    .help("write the module before the dot, such as `file.managed`"),
            ),
            [_] => {}
            // What is no argument has been taken for a function.
            _ if has_words => {}
            [] => errors.push(
                self.error_at(
                    self.body.place.clone(),
                    format!("`{}` is a module, and no function of it is named", self.module),
                )
                .help(format!("write the function behind a dot: {}", self.functions()))
                .salt(format!("No function declared in state '{id}' in SLS '{sls}'")),
            ),
            several => {
                let list = several.join(", ");
                errors.push(
                    self.error_at(
                    self.body.place.clone(),
                    format!("`{}` is given several functions: {list}", self.module),
                )
                        .help("an item without a ':' is taken for a function; an argument is written `- name: value`")
                        .salt(format!(
                            "Too many functions declared in state '{id}' in SLS '{sls}'. Please choose one of the \
                             following: {list}"
                        )),
                );
            }
        }
    }

    fn not_a_list(&self, node: &Arc<Node>) -> Diagnostic {
        let (id, sls, module) = (self.id, &self.declaration.sls, self.module);
        let value = node.to_value();
        let error = self.error_at(
            self.body.place.clone(),
            format!("the arguments of `{module}` are {}, not a list", describe(&value)),
        );
        let error = if value.is_null() {
            Diagnostic {
                message: format!("`{module}:` ends with a colon, and nothing stands below it"),
                ..error
            }
        } else {
            error
        };
        if value.is_null() {
            error.help(format!("without arguments write `{module}: []`, or `{id}: {module}`")).salt(format!(
                "ID '{id}' in SLS '{sls}' contains a short declaration ({module}) with a trailing colon. When not \
                 passing any arguments to a state, the colon must be omitted."
            ))
        } else {
            error
                .help("write each argument as an item: `- name: value`")
                .salt(format!("State '{id}' in SLS '{sls}' is not formed as a list"))
        }
    }

    fn requisite(&self, kind: &str, value: &Arc<Node>, item: &Arc<Node>, errors: &mut Vec<Diagnostic>) {
        let (id, sls) = (self.id, &self.declaration.sls);
        let Some(references) = value.as_list() else {
            errors.push(
                self.error(item, format!("{kind} is {}, not a list", describe(&value.to_value())))
                    .help(format!("{kind} is a list: write `- {kind}:` and below it `- module: id`"))
                    .salt(format!(
                        "The {kind} statement in state '{id}' in SLS '{sls}' needs to be formed as a list"
                    )),
            );
            return;
        };
        if item.as_map().is_some_and(|pairs| pairs.len() != 1) {
            errors.push(
                self.error(item, format!("something else is written beside `{kind}` in one item"))
                    .help("begin a new item with `- `")
                    .salt(format!(
                        "Multiple dictionaries defined in argument of state '{id}' in SLS '{sls}'"
                    )),
            );
        }
        for reference in references {
            if reference.as_str().is_some() {
                continue;
            }
            let shown = reference.to_value();
            let Some([(key, target)]) = reference.as_map() else {
                errors.push(
                    self.error(reference, format!("an item of {kind} is {}, not one `module: id`", describe(&shown)))
                        .help("write `- module: id`, one reference an item")
                        .salt(format!(
                            "Requisite declaration {} in state {id} in SLS {sls} is not formed as a single key dictionary",
                            salt_repr(&shown)
                        )),
                );
                continue;
            };
            let Some(key) = key.as_str() else {
                let found = describe(&key.to_value());
                errors.push(
                    self.error(reference, format!("an item of {kind} has {found} where a module is meant"))
                        .help("write `- module: id`, such as `- file: /etc/motd`"),
                );
                continue;
            };
            if let Some((module, _)) = key.split_once('.') {
                errors.push(
                    self.error(reference, format!("{kind} names the function `{key}`"))
                        .help(format!("a requisite names the module alone: `- {module}: {}`", target.to_value()))
                        .salt(format!(
                            "Invalid requisite type '{key}' in state '{id}', in SLS '{sls}'. Requisite types must not \
                             contain dots, did you mean '{module}'?"
                        )),
                );
            }
            if !matches!(target.as_scalar(), Some(Value::Null | Value::String(_))) {
                let target = target.to_value();
                let sentence = match target {
                    Value::List(_) | Value::Map(_) => {
                        format!(
                            "Illegal requisite \"{}\" in SLS \"{sls}\", please check your syntax.\n",
                            salt_repr(&target)
                        )
                    }
                    _ => format!(
                        "Requisite [{kind}: {key}] in state [{id}] in SLS [{sls}] must have a string as the value"
                    ),
                };
                errors.push(
                    self.error(reference, format!("{kind} names {}, not an id", describe(&target)))
                        .help("a requisite names an id as text; put it in quotes")
                        .salt(sentence),
                );
            }
        }
    }

    /// The functions of the module, for a help.
    fn functions(&self) -> String {
        let prefix = format!("{}.", self.module);
        let own: Vec<String> = modules::all()
            .filter(|function| function.name.starts_with(&prefix))
            .take(SHOWN)
            .map(|function| format!("`{}`", function.name))
            .collect();
        if own.is_empty() { format!("`{prefix}FUNCTION:`") } else { own.join(", ") }
    }

    fn error(&self, node: &Node, message: String) -> Diagnostic {
        self.error_at(node.place.clone(), message)
    }

    fn error_at(&self, place: Place, message: String) -> Diagnostic {
        Diagnostic::new(message)
            .at(place)
            .note(format!("{IN_STATE}'{}' of SLS '{}'", self.id, self.declaration.sls))
    }
}

/// How many functions of a module a help lists.
const SHOWN: usize = 12;
