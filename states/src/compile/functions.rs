//! Whether each chunk names a state function that exists, with arguments it takes.

use common::value::Value;

use super::catalogue::{Catalogue, Signature};
use super::keywords::{REQUISITES, REQUISITES_IN, RUNTIME, is_keyword};
use super::low::Draft;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

/// Checks every chunk. A function that is wrong in several chunks of one declaration is reported once.
pub(super) fn verify(drafts: &[Draft], catalogue: &dyn Catalogue, errors: &mut Vec<Diagnostic>) {
    let mut reported = std::collections::HashSet::new();
    for draft in drafts {
        let before = errors.len();
        match catalogue.signature(&draft.chunk.function()) {
            Some(signature) => arguments(draft, &signature, errors),
            None => errors.push(unknown_function(draft, catalogue)),
        }
        if errors.len() > before && !reported.insert((&draft.chunk.id, &draft.chunk.state)) {
            errors.truncate(before);
        }
    }
}

fn unknown_function(draft: &Draft, catalogue: &dyn Catalogue) -> Diagnostic {
    let (chunk, function) = (&draft.chunk, draft.chunk.function());
    let modules = catalogue.modules();
    let module_known = modules.contains(&chunk.state.as_str());
    let error = if module_known {
        draft.error(format!("state function `{function}` does not exist"))
    } else {
        draft.error(format!("state module `{}` does not exist (in `{function}`)", chunk.state))
    };
    let near = nearest(&function, catalogue.functions()).map(ToOwned::to_owned).or_else(|| {
        if module_known {
            // A short name may be far from the full one and near within its module.
            let prefix = format!("{}.", chunk.state);
            let own = catalogue.functions();
            let own: Vec<&str> = own.iter().filter_map(|name| name.strip_prefix(&prefix)).collect();
            nearest(&chunk.fun, own).map(|near| format!("{prefix}{near}"))
        } else {
            nearest(&chunk.state, modules).map(|near| format!("{near}.{}", chunk.fun))
        }
    });
    let error = match near {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if module_known => {
            let prefix = format!("{}.", chunk.state);
            let own: Vec<&str> =
                catalogue.functions().into_iter().filter(|name| name.starts_with(&prefix)).collect();
            error.help(format!("the functions of this module are {}", own.join(", ")))
        }
        None => error.help("`sys.list_state_functions` lists what there is; this one may not be built yet"),
    };
    error.salt(format!(
        "State '{function}' was not found in SLS '{}'\nReason: '{function}' is not available.\n",
        chunk.sls
    ))
}

fn arguments(draft: &Draft, signature: &Signature, errors: &mut Vec<Diagnostic>) {
    if signature.swallows {
        return;
    }
    let function = draft.chunk.function();
    for key in draft.chunk.arguments.keys() {
        let text = key.as_str().map_or_else(|| key.to_string().into(), std::borrow::Cow::from);
        if signature.parameters.contains(&text.as_ref()) || is_keyword(&text) || text.starts_with("__") {
            continue;
        }
        let mut error = draft.error(format!("`{function}` has no argument `{text}`"));
        if let Some(node) = draft.key_place(key) {
            error = error.at(node.place.clone());
        }
        let words = [REQUISITES, REQUISITES_IN, RUNTIME].concat();
        let known = signature.parameters.iter().copied().chain(words);
        error = match nearest(&text, known.filter(|word| !word.starts_with("__"))) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("its arguments are {}", listed(signature.parameters))),
        };
        errors.push(error.salt(format!(
            "'{}' is an invalid keyword argument for '{function}'",
            Value::from(text.as_ref())
        )));
    }
}

/// Names in an error, cut where there are many.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 30;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", "))
}
