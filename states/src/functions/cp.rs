//! `cp.*`: files of the state tree.

use std::path::PathBuf;
use std::sync::Arc;

use common::value::Value;

use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;
use crate::files::{FileError, FileSource};

pub(super) static FUNCTIONS: &[Function] = &[];

/// The path on this host of a file that is named as `salt://path`, `salt://path?saltenv=x`, `file:///path` or `/path`.
/// `None` where there is no such file, and for every other kind of address.
///
/// # Errors
/// When the file is in the tree and can't be had.
pub(crate) fn source(context: &Context, source: &str, saltenv: &str) -> Result<Option<PathBuf>, FileError> {
    if let Some(rest) = source.strip_prefix("salt://") {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let saltenv = query.split('&').find_map(|pair| pair.strip_prefix("saltenv=")).unwrap_or(saltenv);
        return context.files.fetch(saltenv, path.trim_start_matches('/'));
    }
    let path = PathBuf::from(source.strip_prefix("file://").unwrap_or(source));
    Ok(Some(path).filter(|path| path.is_absolute() && path.is_file()))
}
