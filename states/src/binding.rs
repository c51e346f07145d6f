//! Binding the arguments of a call to parameters as Python does.

use crate::nearest::nearest;

/// What a function takes: the name of the function behind it, how many of its parameters need a value, and their names. `*`
/// at the end takes more by position, `**` more by name.
pub(crate) struct Signature<'a> {
    pub(crate) function: &'a str,
    pub(crate) required: usize,
    pub(crate) parameters: &'a [&'a str],
}

/// Why a call does not fit: what Python says, and a suggestion that follows it.
#[derive(Debug, PartialEq)]
pub(crate) struct Misfit {
    pub(crate) reason: String,
    pub(crate) suggestion: String,
}

impl From<String> for Misfit {
    fn from(reason: String) -> Self {
        Self { reason, suggestion: String::new() }
    }
}

impl Signature<'_> {
    /// Refuses arguments that the function does not take.
    pub(crate) fn check(&self, given: usize, keyword: &[&str]) -> Result<(), Misfit> {
        let function = self.function;
        let more = |mark: &str| self.parameters.contains(&mark);
        let named: Vec<&str> =
            self.parameters.iter().copied().filter(|parameter| !parameter.starts_with('*')).collect();
        // Methods count the object they belong to.
        let own = usize::from(function.contains('.'));
        for name in keyword {
            match named.iter().position(|known| known == name) {
                None if more("**") => {}
                None => {
                    let near = nearest(name, named.iter().copied());
                    let suggestion =
                        near.map(|near| format!(" (did you mean '{near}'?)")).unwrap_or_default();
                    let reason = format!("{function}() got an unexpected keyword argument '{name}'");
                    return Err(Misfit { reason, suggestion });
                }
                Some(at) if at < given => {
                    return Err(format!("{function}() got multiple values for argument '{name}'").into());
                }
                Some(_) => {}
            }
        }
        if given > named.len() && !more("*") {
            let most = named.len() + own;
            let takes = match self.required + own {
                least if least == most => most.to_string(),
                least => format!("from {least} to {most}"),
            };
            let plural = if most == 1 { "" } else { "s" };
            let were = if given + own == 1 { "was" } else { "were" };
            let given = given + own;
            let reason =
                format!("{function}() takes {takes} positional argument{plural} but {given} {were} given");
            return Err(reason.into());
        }
        let missing: Vec<String> = named
            .iter()
            .take(self.required)
            .skip(given)
            .filter(|name| !keyword.contains(name))
            .map(|name| format!("'{name}'"))
            .collect();
        let Some((last, rest)) = missing.split_last() else { return Ok(()) };
        let names = match rest {
            [] => last.clone(),
            [one] => format!("{one} and {last}"),
            more => format!("{}, and {last}", more.join(", ")),
        };
        let (count, plural) = (missing.len(), if missing.len() == 1 { "" } else { "s" });
        Err(format!("{function}() missing {count} required positional argument{plural}: {names}").into())
    }
}
