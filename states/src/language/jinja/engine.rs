//! The engine of one context: set up once for each environment of the tree, and then rendering.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use common::value::{Map, Value as Plain};
use minijinja::value::{DynObject, Enumerator, Object};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, OutputSpan, UndefinedBehavior, Value};

use super::convert::{map_to_template, to_template};
use super::functions::Functions;
use super::{errors, filters, globals, methods, print, rewrite, tests};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::files::FileSource;

/// How many steps one rendering may take: it ends a loop that would not.
const FUEL: u64 = 50_000_000;

/// How deep templates may call functions that render templates.
const NESTING_LIMIT: usize = 16;

/// What a context keeps for its templates: made at the first, used by all.
#[derive(Default)]
pub(crate) struct Engines {
    environments: Mutex<HashMap<Arc<str>, Arc<Environment<'static>>>>,
    names: OnceLock<BTreeMap<&'static str, Value>>,
}

/// A template to render.
pub(crate) struct Template<'a> {
    /// Its path in the tree; it names the template in errors, and relative imports begin at its folder.
    pub(crate) path: &'a str,
    /// The environment whose files it imports.
    pub(crate) saltenv: &'a str,
    /// The SLS it is, if it is one: Salt's sentences name it.
    pub(crate) sls: Option<&'a str>,
    /// Its source.
    pub(crate) text: &'a str,
    /// Names it sees besides Salt's own.
    pub(crate) names: Vec<(Cow<'a, str>, Plain)>,
    /// More of them.
    pub(crate) variables: &'a Map,
}

/// What a template rendered to, and where each part of it came from.
pub(crate) struct Rendered {
    /// The text.
    pub(crate) text: String,
    /// The pieces of the text in their order.
    pub(crate) spans: Vec<OutputSpan>,
    /// The template as the engine compiled it; its lines are those of the source.
    pub(crate) source: String,
}

thread_local!(static NESTING: Cell<usize> = const { Cell::new(0) });

/// Renders a template.
///
/// # Errors
/// An error in it, or in one that it imports, with its place.
pub(crate) fn render(context: &Arc<Context>, template: &Template<'_>) -> Result<Rendered, Box<Diagnostic>> {
    let nesting = NESTING.get();
    if nesting >= NESTING_LIMIT {
        let message = format!("{}: templates render templates more than {NESTING_LIMIT} deep", template.path);
        return Err(Box::new(Diagnostic::new(message)));
    }
    NESTING.set(nesting + 1);
    let rendered = render_here(context, template);
    NESTING.set(nesting);
    rendered
}

fn render_here(context: &Arc<Context>, template: &Template<'_>) -> Result<Rendered, Box<Diagnostic>> {
    let environment = context.run.engines.environment(context, template.saltenv);
    let root = Value::from_object(Root::new(context, template));
    let source = rewrite::rewrite(template.text).into_owned();
    let rendered = environment
        .template_from_named_str(template.path, &source)
        .and_then(|compiled| compiled.render_with_spans(root.clone()));
    match rendered {
        Ok((mut text, spans)) => {
            // Jinja drops one newline at the end, Salt puts it back.
            if source.ends_with('\n') {
                text.push('\n');
            }
            Ok(Rendered { text, spans, source })
        }
        Err(error) => Err(Box::new(errors::diagnose(context, &environment, template, &root, &error))),
    }
}

impl Engines {
    fn environment(&self, context: &Arc<Context>, saltenv: &str) -> Arc<Environment<'static>> {
        let mut environments = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(environment) = environments.get(saltenv) {
            return environment.clone();
        }
        let environment = Arc::new(set_up(context, saltenv));
        environments.insert(saltenv.into(), environment.clone());
        environment
    }

    /// The names that are the same in every template of a context.
    fn names(&self, context: &Context) -> &BTreeMap<&'static str, Value> {
        self.names.get_or_init(|| {
            BTreeMap::from([
                ("grains", map_to_template(&context.grains)),
                ("pillar", map_to_template(&context.pillar)),
                ("opts", map_to_template(&context.opts)),
            ])
        })
    }
}

fn set_up(context: &Arc<Context>, saltenv: &str) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Errors name the undefined expression.
    environment.set_debug(true);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(print::finalize);
    environment.set_unknown_method_callback(methods::unknown);
    environment.set_path_join_callback(|name, parent| join(name, parent).into());
    let (files, saltenv): (Arc<dyn FileSource>, String) = (context.files.clone(), saltenv.into());
    environment.set_loader(move |name| load(&*files, &saltenv, name));
    globals::add(&mut environment);
    filters::add(&mut environment);
    tests::add(&mut environment);
    environment
}

fn load(files: &dyn FileSource, saltenv: &str, name: &str) -> Result<Option<String>, Error> {
    let content = match files.read(saltenv, name) {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(None),
        Err(error) => {
            return Err(Error::new(ErrorKind::BadInclude, error.to_string()).with_source(error));
        }
    };
    match std::str::from_utf8(&content) {
        Ok(text) => Ok(Some(rewrite::rewrite(text).into_owned())),
        Err(_) => Err(Error::new(ErrorKind::BadInclude, format!("{name} is not UTF-8 text"))),
    }
}

/// The path of an import: from the root of the environment, or from the importer's folder when it begins with a dot.
pub(super) fn join(name: &str, parent: &str) -> String {
    let name = name.strip_prefix("salt://").unwrap_or(name);
    if !name.starts_with("./") && !name.starts_with("../") {
        return name.trim_start_matches('/').into();
    }
    let mut parts: Vec<&str> = parent.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                if parts.pop().is_none() {
                    // Outside of the tree there is nothing to find.
                    return name.into();
                }
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What a template sees by name; imported templates see the same.
#[derive(Debug)]
pub(super) struct Root {
    names: BTreeMap<Cow<'static, str>, Value>,
}

impl Root {
    fn new(context: &Arc<Context>, template: &Template<'_>) -> Self {
        let mut names: BTreeMap<Cow<'static, str>, Value> = BTreeMap::new();
        for (name, value) in context.run.engines.names(context) {
            names.insert((*name).into(), value.clone());
        }
        names.insert("salt".into(), Value::from_object(Functions::new(context.clone())));
        names.insert("saltenv".into(), template.saltenv.into());
        for (name, value) in &template.names {
            names.insert(name.to_string().into(), to_template(value));
        }
        for (name, value) in template.variables {
            names.insert(name.to_string().into(), to_template(value));
        }
        Self { names }
    }

    /// The names, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(AsRef::as_ref)
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key == globals::ROOT {
            return Some(Value::from_dyn_object(DynObject::new(self.clone())));
        }
        self.names.get(key).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names.keys().map(|name| Value::from(&**name)).collect())
    }
}
