//! What the rewriter's imports call: values handed out of a macro, the modules made so far, and a file's own place.

use minijinja::{Error, State, Value};

use super::arguments::Arguments;
use super::engine::join;
use super::values::{items_of, tuple};

/// The name of the value that is handed over.
const KEPT: &str = "kept";

/// `__keep(value)`, and `__keep(module, path)` for the module of a file.
pub(super) fn keep(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let value = arguments.required(0, "value")?;
    if let Some(path) = arguments.optional_text(1, "path")? {
        state.set_temp(&module_of(&path), value.clone());
    }
    state.set_temp(KEPT, value);
    Ok(Value::from(()))
}

/// `__kept()`: what was kept last.
pub(super) fn kept(state: &mut State, _: &Arguments<'_>) -> Result<Value, Error> {
    Ok(state.get_temp(KEPT).unwrap_or_default())
}

/// `__known(path)`: whether the file has been imported; then its module is what is kept.
pub(super) fn known(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let Some(module) = state.get_temp(&module_of(&arguments.text(0, "path")?)) else {
        return Ok(Value::from(false));
    };
    state.set_temp(KEPT, module);
    Ok(Value::from(true))
}

/// `__place(name)`: `tplfile`, `tpldir` and `tpldot` of a file that is about to be imported.
pub(super) fn place(state: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let name = arguments.required(0, "name")?;
    let first = match name.as_str() {
        Some(_) => name,
        // Of several names the first that is there is imported.
        None => items_of(&name)?.into_iter().next().unwrap_or_default(),
    };
    let path = join(first.as_str().unwrap_or_default(), state.name());
    let (folder, _) = path.rsplit_once('/').unwrap_or_default();
    let tpldir = if folder.is_empty() { "." } else { folder };
    Ok(tuple(vec![path.as_str().into(), tpldir.into(), folder.replace('/', ".").into()]))
}

/// The name under which a rendering keeps the module of a file.
fn module_of(path: &str) -> String {
    format!("module {path}")
}
