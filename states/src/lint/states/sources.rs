//! Sources that are not in the tree.

use std::sync::Arc;

use common::value::{Value, get};

use super::{key_of, warning};
use crate::compile::Examinee;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;

/// The longest list of files in which a similar name is looked for.
const LIMIT: usize = 5000;

/// Looks for the sources of a state.
pub(super) fn lint(context: &Arc<Context>, state: Examinee<'_>, found: &mut Vec<Diagnostic>) {
    let chunk = state.chunk;
    let is_folder = chunk.fun == "recurse";
    let sources = match get(&chunk.arguments, "source") {
        Some(Value::String(source)) => vec![source.to_string()],
        // Of several sources the first that is there is taken.
        Some(Value::List(sources)) => sources.iter().map(ToString::to_string).collect(),
        _ => return,
    };
    let missing = |source: &String| is_missing(context, source, &chunk.saltenv, is_folder);
    if sources.is_empty() || !sources.iter().all(missing) {
        return;
    }
    let Some(first) = sources.first() else { return };
    let path = first.trim_start_matches("salt://");
    let files = context.files.list(&chunk.saltenv).unwrap_or_else(|_| Arc::from([]));
    let near = if files.len() > LIMIT || is_folder {
        None
    } else {
        nearest(path, files.iter().map(|file| file.path.as_ref())).map(ToOwned::to_owned)
    };
    let message = format!("the tree has no {path}, which `{}` names as its source", chunk.function());
    let warning = warning(state, "missing-source", message, key_of(state, "source"));
    found.push(match near {
        Some(near) => warning.help(format!("did you mean `salt://{near}`?")),
        None => warning.help("names of sources begin at the root of the tree"),
    });
}

/// Whether a source is of the tree and is not there.
fn is_missing(context: &Arc<Context>, source: &str, saltenv: &str, is_folder: bool) -> bool {
    let Some(path) = source.strip_prefix("salt://") else { return false };
    let (path, saltenv) = match path.split_once("?saltenv=") {
        Some((path, other)) => (path, other),
        None => (path, saltenv),
    };
    let path = path.trim_start_matches('/').trim_end_matches('/');
    if is_folder {
        let prefix = format!("{path}/");
        return context
            .files
            .list(saltenv)
            .is_ok_and(|files| !files.iter().any(|file| file.path.starts_with(&prefix)));
    }
    context.files.lookup(saltenv, path).is_ok_and(|file| file.is_none())
}
