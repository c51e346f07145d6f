//! A macro that mentions `varargs` or `kwargs`: it takes any number of arguments.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Arguments;
use super::values::{dict, tuple};

/// A macro whose last parameters are the `varargs` and `kwargs` it mentions.
#[derive(Debug)]
pub(super) struct Variadic {
    body: Value,
    name: String,
    parameters: Vec<String>,
    varargs: bool,
    kwargs: bool,
}

/// `__variadic(macro, varargs, kwargs)`, which the rewriter puts after such a macro.
pub(super) fn variadic(_: &mut State, arguments: &Arguments<'_>) -> Result<Value, Error> {
    let body = arguments.required(0, "macro")?;
    let (varargs, kwargs) = (arguments.flag(1, "varargs", false), arguments.flag(2, "kwargs", false));
    let mut parameters: Vec<String> =
        body.get_attr("arguments")?.try_iter()?.map(|name| name.to_string()).collect();
    parameters.truncate(parameters.len().saturating_sub(usize::from(varargs) + usize::from(kwargs)));
    let name = body.get_attr("name")?.to_string();
    Ok(Value::from_object(Variadic { body, name, parameters, varargs, kwargs }))
}

impl Object for Variadic {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.body.get_item(key).ok().filter(|value| !value.is_undefined())
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let arguments = Arguments::new(&self.name, args);
        let positional = arguments.positional();
        let (own, further) = positional.split_at(positional.len().min(self.parameters.len()));
        let is_own = |name: &str| name == "caller" || self.parameters.iter().any(|own| own == name);
        let (mut named, unknown): (Vec<_>, Vec<_>) =
            arguments.keyword().into_iter().partition(|(name, _)| is_own(name));
        if self.varargs {
            named.push(("varargs", tuple(further.to_vec())));
        } else if !further.is_empty() {
            return Err(Error::from(ErrorKind::TooManyArguments));
        }
        if self.kwargs {
            let unknown = unknown.into_iter().map(|(name, value)| (Value::from(name), value));
            named.push(("kwargs", dict(unknown)));
        } else if let Some((name, _)) = unknown.first() {
            let message = format!("unknown keyword argument `{name}`");
            return Err(Error::new(ErrorKind::TooManyArguments, message));
        }
        let mut args = own.to_vec();
        args.push(named.into_iter().collect::<Kwargs>().into());
        self.body.call(state, &args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.body)
    }
}
