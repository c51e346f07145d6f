//! Rendering: what a template is given, the templates that have been read, and the errors made into diagnostics.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use common::value::{Map, Value as Plain};
use minijinja::value::{DynObject, Enumerator, Object};
use minijinja::{Environment, Value};

use super::convert::{map_to_template, to_template};
use super::functions::Functions;
use super::run::{Run, Session, Span, Unit};
use super::syntax::{Parsed, Settings, SyntaxError, override_of, parse};
use super::{budget, errors, filters, globals, tests};
use crate::context::Context;
use crate::diagnostic::Diagnostic;

/// How many templates are kept when they have been read, and how many bytes of source.
const KEPT_TEMPLATES: usize = 4096;
const KEPT_BYTES: usize = 64 << 20;

/// What a context keeps for its templates: made at the first, used by all.
#[derive(Default)]
pub(crate) struct Engines {
    names: OnceLock<BTreeMap<&'static str, Value>>,
}

/// A template to render.
pub(crate) struct Template<'a> {
    /// Its path in the tree; it names the template in errors.
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
    pub(crate) spans: Vec<Span>,
    /// The template as it was read: every line end is a newline.
    pub(crate) source: Arc<str>,
}

/// Renders a template.
///
/// # Errors
/// An error in it, or in one that it imports, with its place.
pub(crate) fn render(context: &Arc<Context>, template: &Template<'_>) -> Result<Rendered, Box<Diagnostic>> {
    let account = budget::open().map_err(|limit| {
        let message = format!("{}: templates render templates more than {limit} deep", template.path);
        Box::new(Diagnostic::new(message))
    })?;
    let rendered = budget::with_stack(|| render_here(context, template));
    drop(account);
    rendered
}

fn render_here(context: &Arc<Context>, template: &Template<'_>) -> Result<Rendered, Box<Diagnostic>> {
    let root = Arc::new(Root::new(context, template));
    let mut settings = Settings::of(&context.opts, template.sls.is_some_and(|sls| !sls.is_empty()));
    let mut source = Cow::Borrowed(template.text);
    let mut moved = None;
    if let Some((options, line)) = override_of(template.text) {
        settings.apply(&options);
        source = Cow::Owned(without_line(template.text, line));
        moved = Some(u32::try_from(line).unwrap_or(0) + 1);
    }
    let lenient = context.opts.get(&Plain::from("allow_undefined")).is_some_and(Plain::is_true);
    let session = Session::new(context, template.saltenv, settings.clone(), &root, lenient);
    let place = errors::Origin { context, template, root: &root, moved };
    let parsed =
        read(&source, &settings).map_err(|fault| Box::new(place.diagnose_syntax(&fault, template.path)))?;
    let unit = Arc::new(Unit { path: template.path.into(), parsed: parsed.clone() });
    let rendered = with_state(context, template.path, |state| Run::render(state, &session, &unit));
    match rendered {
        Ok((mut text, mut spans)) => {
            // Jinja drops one newline at the end, Salt puts it back.
            if source.ends_with('\n') {
                text.push('\n');
            }
            if let Some(moved) = moved {
                move_lines(&mut spans, &unit.path, moved, source.len().abs_diff(template.text.len()));
            }
            let source = if moved.is_some() {
                template.text.replace("\r\n", "\n").into()
            } else {
                parsed.source.clone()
            };
            Ok(Rendered { text, spans, source })
        }
        Err(fault) => Err(Box::new(place.diagnose(&fault, &session))),
    }
}

/// A text without one of its lines.
fn without_line(text: &str, line: usize) -> String {
    text.split_inclusive('\n').enumerate().filter(|(at, _)| *at != line).map(|(_, line)| line).collect()
}

/// Places below the line of options, which was taken out, as they are in the file.
fn move_lines(spans: &mut [Span], path: &Arc<str>, line: u32, bytes: usize) {
    for span in spans.iter_mut().filter(|span| span.file == *path && span.line >= line) {
        span.line += 1;
        span.source = span.source.map(|source| source + bytes);
    }
}

/// Runs something with the state that filters and functions are handed.
fn with_state<T>(
    context: &Arc<Context>,
    path: &str,
    run: impl FnOnce(&mut minijinja::State<'_, '_>) -> T,
) -> T {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    let environment = ENVIRONMENT.get_or_init(Environment::empty);
    match environment.template_from_named_str(path, "") {
        Ok(template) => {
            let mut state = template.new_state();
            state.get_or_insert_extension(context.clone());
            run(&mut state)
        }
        // An empty template can be read.
        Err(_) => run(&mut environment.empty_state()),
    }
}

/// A template's source as a tree; the same source is read once.
pub(super) fn read(source: &str, settings: &Settings) -> Result<Arc<Parsed>, SyntaxError> {
    #[derive(Default)]
    struct Kept {
        templates: HashMap<(Settings, Arc<str>), Arc<Parsed>>,
        bytes: usize,
    }
    static KEPT: OnceLock<Mutex<Kept>> = OnceLock::new();
    let key = (settings.clone(), Arc::<str>::from(source));
    let kept = KEPT.get_or_init(Mutex::default);
    if let Some(parsed) = kept.lock().unwrap_or_else(PoisonError::into_inner).templates.get(&key) {
        return Ok(parsed.clone());
    }
    let known = |name: &str, filter: bool| {
        if filter { filters::find(name).is_some() } else { tests::find(name).is_some() }
    };
    let parsed = Arc::new(parse(source, settings, known)?);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.templates.len() >= KEPT_TEMPLATES || kept.bytes + source.len() > KEPT_BYTES {
        *kept = Kept::default();
    }
    kept.bytes += source.len();
    kept.templates.insert(key, parsed.clone());
    Ok(parsed)
}

impl Engines {
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

    /// The value of a name.
    pub(super) fn get(self: &Arc<Self>, name: &str) -> Option<Value> {
        if name == globals::ROOT {
            return Some(Value::from_dyn_object(DynObject::new(self.clone())));
        }
        self.names.get(name).cloned()
    }

    /// The names, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(AsRef::as_ref)
    }
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.names.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.names.keys().map(|name| Value::from(&**name)).collect())
    }
}
