//! Includes and imports.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use super::blocks::Blocks;
use super::fault::{Fault, exception};
use super::scope::Scope;
use super::searches::Sought;
use super::undefined::{Undefined, defined};
use super::{Frame, Instance, Run, Unit, Within};
use crate::language::jinja::errors::MissingTemplate;
use crate::language::jinja::print;
use crate::language::jinja::syntax::tree::{Expression, Extent, Import};
use crate::language::jinja::values::items_of;

/// What an import makes of a template: the names at its top, and the text it printed.
pub(super) struct Module {
    instance: Arc<Instance>,
    text: String,
}

impl Run<'_, '_, '_> {
    /// The template of a name, or the first that exists of several.
    pub(super) fn template_of(&mut self, name: &Value) -> Result<Arc<Unit>, Fault> {
        self.find_template(name)?.ok_or_else(|| {
            let names = match name.as_str() {
                Some(name) => vec![name.to_owned()],
                None => items_of(name).unwrap_or_default().iter().map(print::text).collect(),
            };
            Error::new(ErrorKind::TemplateNotFound, names.join(", "))
                .with_source(MissingTemplate(names))
                .into()
        })
    }

    fn find_template(&mut self, name: &Value) -> Result<Option<Arc<Unit>>, Fault> {
        defined(name)?;
        if let Some(name) = name.as_str() {
            return Ok(self.session.load(name)?);
        }
        if !matches!(name.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map) {
            let kind = print::type_name(name);
            return Err(exception(format!("'{kind}' object is not iterable")).into());
        }
        for name in items_of(name)? {
            if Undefined::of(&name).is_some() {
                continue;
            }
            if let Some(unit) = name.as_str().map(|name| self.session.load(name)).transpose()?.flatten() {
                return Ok(Some(unit));
            }
        }
        Ok(None)
    }

    /// `{% include … %}`
    pub(super) fn include(
        &mut self,
        template: &Expression,
        ignore_missing: bool,
        with_context: bool,
        scope: &Arc<Scope>,
    ) -> Result<(), Fault> {
        let name = self.evaluate(template, scope)?;
        let found = self.find_template(&name);
        let unit = match self.about(template.extent, found)? {
            Some(unit) => unit,
            None if ignore_missing => return Ok(()),
            None => {
                let missing = self.template_of(&name);
                self.about(template.extent, missing)?
            }
        };
        if !with_context {
            let module = self.default_module(&unit, &name);
            let module = self.about(template.extent, module)?;
            if let Some(module) = module.downcast_object_ref::<Module>()
                && !self.frame.muted
            {
                self.out.write(&module.text, &unit.path, 1, None)?;
            }
            return Ok(());
        }
        let frame = self.frame_of(&unit, Scope::within(scope));
        let muted = self.frame.muted;
        let included = self.enter(Frame { muted, ..frame }, |run| run.root(&unit));
        self.about(template.extent, included)
    }

    /// The module of an import.
    pub(super) fn import(&mut self, import: &Import, scope: &Arc<Scope>) -> Result<Value, Fault> {
        let name = self.evaluate(&import.template, scope)?;
        let unit = self.template_of(&name);
        let unit = self.about(import.template.extent, unit)?;
        let module = match import.with_context {
            true => self.module(&unit, Scope::within(&scope.snapshot())),
            false => self.default_module(&unit, &name),
        };
        self.about(import.template.extent, module)
    }

    /// The module of a template that sees nothing of its importer. As in Jinja, it is made once.
    fn default_module(&mut self, unit: &Arc<Unit>, name: &Value) -> Result<Value, Fault> {
        let key = name.as_str().map_or_else(|| unit.path.to_string(), str::to_owned);
        if let Some(module) = self.session.modules.borrow().get(&key) {
            return Ok(module.clone());
        }
        let place = Arc::new(Scope::default());
        for (name, value) in self.session.place() {
            place.set(&name, value);
        }
        let module = self.module(unit, Scope::within(&place))?;
        self.session.modules.borrow_mut().insert(key, module.clone());
        Ok(module)
    }

    fn module(&mut self, unit: &Arc<Unit>, top: Arc<Scope>) -> Result<Value, Fault> {
        let frame = self.frame_of(unit, top);
        let instance = frame.instance.clone();
        let text = self.enter(frame, |run| run.capture(|run| run.root(unit)))?;
        Ok(Value::from_object(Module { instance, text }))
    }

    fn frame_of(&self, unit: &Arc<Unit>, top: Arc<Scope>) -> Frame {
        self.session.clear_at_the_end(&top);
        let instance = Arc::new(Instance { unit: unit.clone(), top, blocks: Blocks::of(unit) });
        Frame {
            unit: unit.clone(),
            instance,
            within: Within::Template,
            toplevel: true,
            muted: false,
            autoescape: false,
        }
    }

    /// The text that a module printed.
    pub(super) fn module_text(&self, module: &Value) -> Value {
        module.downcast_object_ref::<Module>().map(|module| module.text.as_str().into()).unwrap_or_default()
    }

    /// A name that is taken out of a module.
    pub(super) fn taken(&self, of: &Value, name: &Arc<str>, line: u32, extent: Extent) -> Value {
        let Some(module) = of.downcast_object_ref::<Module>() else { return Value::default() };
        match module.instance.top.exported(name) {
            Some(value) => value,
            None => {
                let path = &module.instance.unit.path;
                let message = format!(
                    "the template '{path}' (imported on line {line}) does not export the requested name '{name}'"
                );
                self.not_found(message, Some(name.to_string()), extent, Sought::Export(of.clone()))
            }
        }
    }
}

/// The names that an imported template exports.
pub(super) fn exports(module: &Value) -> Vec<Arc<str>> {
    module.downcast_object_ref::<Module>().map(|module| module.instance.top.names()).unwrap_or_default()
}

impl Object for Module {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        if key.starts_with('_') {
            return None;
        }
        self.instance.top.exported(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.instance.top.names().iter().map(|name| Value::from(&**name)).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TemplateModule {}>", self.instance.unit.path)
    }
}
