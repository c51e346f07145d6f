//! Whether every declaration has the form it must have.

use std::sync::Arc;

use common::value::Value;

use super::high::{Body, Declaration, High, Items, describe, first_pair, is_hidden, salt_repr};
use super::keywords::REQUISITES;
use crate::diagnostic::Diagnostic;
use crate::language::Node;

/// Checks the form of every declaration.
pub(super) fn verify(high: &High, errors: &mut Vec<Diagnostic>) {
    for (id, declaration) in high.states.iter().filter(|(id, _)| !is_hidden(id)) {
        for (module, body) in &declaration.modules {
            State { id, declaration, module, body }.verify(errors);
        }
    }
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
        for item in items {
            if let Some(text) = item.as_str() {
                functions.push(text);
                if text.trim().contains(' ') {
                    errors.push(
                        self.error(item, format!("in state '{id}' the item \"{text}\" is not an argument"))
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
                            format!("names of state '{id}' is {}", describe(&value.to_value())),
                        )
                        .help("names is a list")
                        .salt(format!(
                            "The 'names' argument in state '{id}' in SLS '{sls}' needs to be formed as a list"
                        )),
                    ),
                    Some(kind) if REQUISITES.contains(&kind) => self.requisite(kind, value, item, errors),
                    _ => {}
                }
            }
        }
        match functions.as_slice() {
            [_] => {}
            [] => errors.push(
                Diagnostic::new(format!("state '{id}' names no function of the module `{}`", self.module))
                    .at(self.body.place.clone())
                    .help(format!("write it behind a dot, such as `{}.FUNCTION:`", self.module))
                    .salt(format!("No function declared in state '{id}' in SLS '{sls}'")),
            ),
            several => {
                let list = several.join(", ");
                errors.push(
                    Diagnostic::new(format!("state '{id}' names several functions of the module `{}`: {list}", self.module))
                        .at(self.body.place.clone())
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
        let error =
            Diagnostic::new(format!("the arguments of `{module}` in state '{id}' are {}", describe(&value)))
                .at(self.body.place.clone());
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
                self.error(item, format!("{kind} of state '{id}' is {}", describe(&value.to_value())))
                    .help(format!("{kind} is a list: write `- {kind}:` and below it `- module: id`"))
                    .salt(format!(
                        "The {kind} statement in state '{id}' in SLS '{sls}' needs to be formed as a list"
                    )),
            );
            return;
        };
        if item.as_map().is_some_and(|pairs| pairs.len() != 1) {
            errors.push(
                self.error(item, format!("in state '{id}' something is written beside {kind} in one item"))
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
                    self.error(reference, format!("an item of {kind} in state '{id}' is {}", describe(&shown)))
                        .help("write `- module: id`, one reference an item")
                        .salt(format!(
                            "Requisite declaration {} in state {id} in SLS {sls} is not formed as a single key dictionary",
                            salt_repr(&shown)
                        )),
                );
                continue;
            };
            let key = key.to_value().to_string();
            if let Some((module, _)) = key.split_once('.') {
                errors.push(
                    self.error(reference, format!("{kind} in state '{id}' names the function `{key}`"))
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
                            "Illegal requisite \"{target}\" in SLS \"{sls}\", please check your syntax.\n"
                        )
                    }
                    _ => format!(
                        "Requisite [{kind}: {key}] in state [{id}] in SLS [{sls}] must have a string as the value"
                    ),
                };
                errors.push(
                    self.error(reference, format!("{kind} in state '{id}' names {}", describe(&target)))
                        .help("a requisite names an id as text; put it in quotes")
                        .salt(sentence),
                );
            }
        }
    }

    fn error(&self, node: &Node, message: String) -> Diagnostic {
        Diagnostic::new(message).at(node.place.clone())
    }
}
