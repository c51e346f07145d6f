//! Whether each chunk names a state function that exists, with arguments it takes.

use common::value::Value;

use super::catalogue::{Catalogue, Signature};
use super::keywords::{REQUISITES, REQUISITES_IN, RUNTIME, is_keyword};
use super::low::Draft;
use super::verify::States;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

/// Checks every chunk but those whose form is wrong. A function that is wrong in several chunks of one declaration is
/// reported once.
pub(super) fn verify(
    drafts: &[Draft],
    wrong: &States,
    catalogue: &dyn Catalogue,
    errors: &mut Vec<Diagnostic>,
) {
    let mut reported = std::collections::HashSet::new();
    for draft in drafts {
        let state = (draft.chunk.id.as_str().into(), draft.chunk.state.as_str().into());
        if wrong.contains(&state) {
            continue;
        }
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
        None => error
            .help("`agent call sys.list_state_functions` lists what there is; this one may not be built yet"),
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
    let text_of = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    let is_known =
        |text: &str| signature.parameters.contains(&text) || is_keyword(text) || text.starts_with("__");
    let unknown: Vec<(&Value, String)> = draft
        .chunk
        .arguments
        .keys()
        .map(|key| (key, text_of(key)))
        .filter(|(_, text)| !is_known(text))
        .collect();
    let sentence = invalid_arguments(unknown.iter().map(|(_, text)| text.as_str()), &function);
    for (key, text) in &unknown {
        let mut error = draft.error(format!("`{function}` has no argument `{text}`"));
        if let Some(node) = draft.key_place(key) {
            error = error.at(node.place.clone());
        }
        let words = [REQUISITES, REQUISITES_IN, RUNTIME].concat();
        let known = signature.parameters.iter().copied().chain(words);
        error = match nearest(text, known.filter(|word| !word.starts_with("__"))) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("its arguments are {}", listed(signature.parameters))),
        };
        errors.push(error.salt(sentence.clone()));
    }
}

/// Salt's sentence for all the arguments of a state that its function does not have.
fn invalid_arguments<'n>(names: impl Iterator<Item = &'n str>, function: &str) -> String {
    let names: Vec<String> = names.map(|name| format!("'{name}'")).collect();
    match names.split_last() {
        Some((last, [])) => format!("{last} is an invalid keyword argument for '{function}'"),
        Some((last, others)) => {
            format!("{} and {last} are invalid keyword arguments for '{function}'", others.join(", "))
        }
        None => String::new(),
    }
}

/// Names in an error, cut where there are many.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 30;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", "))
}
