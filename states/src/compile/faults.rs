//! Errors of SLS files as a whole, with Salt's sentences for them.

use std::sync::Arc;

use super::high::{Declaration, describe};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::{NO_DATA, Node, Source};

/// Puts Salt's sentence for an SLS that does not render around what went wrong in it.
pub(super) fn rendering_failed(error: Diagnostic, source: &Source) -> Diagnostic {
    let prefix = format!("Rendering SLS '{}:{}' failed: ", source.saltenv, source.sls);
    let sentence = error.salt.as_deref().map(|sentence| {
        let detail = sentence.strip_prefix(&prefix).unwrap_or(sentence);
        match detail {
            NO_DATA => format!("SLS {} {NO_DATA}", source.sls),
            _ if detail.starts_with("Rendering SLS") => detail.to_owned(),
            _ => format!("{prefix}{detail}"),
        }
    });
    let error = Diagnostic { salt: sentence, ..error };
    match &error.place {
        None => error.at(Place { file: Arc::clone(&source.path), line: 0, column: 0 }),
        // The error is in a file that this one imports.
        Some(place) if place.file != source.path => {
            let note = format!("while rendering {}", source.path);
            if error.notes.iter().any(|known| known.contains(source.path.as_ref())) {
                error
            } else {
                error.note(note)
            }
        }
        Some(_) => error,
    }
}

/// An id that YAML reads as something else than text.
pub(super) fn id_is_not_text(key: &Arc<Node>, source: &Source) -> Diagnostic {
    let value = key.to_value();
    Diagnostic::new(format!("an id is text, and this one is {}", describe(&value)))
        .at(key.place.clone())
        .help("put it in quotes")
        .salt(format!(
            "ID '{value}' in SLS '{}' is not formed as a string, but is type {}. It may need to be quoted.",
            source.sls,
            value.type_name()
        ))
}

/// An id that two SLS files declare.
pub(super) fn conflict(id: &str, first: &Declaration, second: &Declaration) -> Diagnostic {
    Diagnostic::new(format!("the id '{id}' is declared twice: in SLS '{}' and in SLS '{}'", first.sls, second.sls))
        .at(second.place.clone())
        .label("declared again here")
        .related("first declared here", first.place.clone())
        .help("give one of them another id, and put what was the id into `name`; to add to a state use `extend`")
        .salt(format!(
            "Detected conflicting IDs, SLS IDs need to be globally unique.\n    The conflicting ID is '{id}' and is \
             found in SLS '{}:{}' and SLS '{}:{}'",
            first.saltenv, first.sls, second.saltenv, second.sls
        ))
}
