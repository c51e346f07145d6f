//! Declarations that stand in no SLS file: a template given as text, or data.

use std::sync::Arc;

use common::value::Map;

use super::exclude::located;
use super::high::{High, declare};
use super::load::Loader;
use super::tree::Tree;
use crate::context::Context;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{self, Source};

/// What a template is called in errors, as in Salt.
const TEMPLATE: &str = "<template-str>";
/// What a template cannot have, since it is no file among others.
const OF_FILES: [&str; 3] = ["include", "exclude", "extends"];

/// Reads a template. Its states have no numbers: those without `order` run in the order of their names.
pub(super) fn template(context: &Arc<Context>, text: &str) -> (High, Vec<Diagnostic>) {
    let source = Source {
        path: TEMPLATE.into(),
        saltenv: context.saltenv.as_str().into(),
        sls: "".into(),
        text: text.into(),
    };
    let node = match language::render(context, &source, &Map::new()) {
        Ok(node) => node,
        Err(error) => return (High::default(), vec![error]),
    };
    let keys = node.as_map().unwrap_or_default().iter();
    let of_files =
        keys.filter_map(|(key, _)| Some((key, key.as_str().filter(|name| OF_FILES.contains(name))?)));
    let errors: Vec<Diagnostic> = of_files
        .map(|(key, name)| {
            Diagnostic::new(format!("a template that is no file cannot have `{name}`"))
                .at(key.place.clone())
                .help("write an SLS file, and apply that")
                .salt(format!(
                    "The '{name}' declaration found on '{TEMPLATE}' is invalid when rendering single templates"
                ))
        })
        .collect();
    if !errors.is_empty() {
        return (High::default(), errors);
    }
    let mut tree = Tree::new(context);
    let mut loader = Loader::new(&mut tree).unnumbered();
    let high = loader.load_node(&node, &source, 0);
    (high, loader.errors)
}

/// Reads data.
pub(super) fn declarations(data: &Map) -> (High, Vec<Diagnostic>) {
    let place = Place { file: "<data>".into(), line: 0, column: 0 };
    let (mut high, mut errors) = (High::default(), Vec::new());
    for (id, body) in data {
        let (key, body) = (located(id, &place), located(body, &place));
        if let Some(declaration) = declare(&key, &body, &"".into(), &"base".into(), &mut errors) {
            high.states.insert(id.to_string().into(), declaration);
        }
    }
    (high, errors)
}
