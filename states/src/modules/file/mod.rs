//! `file`: files, directories, links.

mod absent;
mod append;
pub(super) mod atomic;
mod backup;
pub(super) mod content;
mod diff;
mod directory;
mod edit;
pub(crate) mod hash;
mod lines;
mod managed;
pub(crate) mod ownership;
pub(super) mod paths;
mod recurse;
mod replace;
pub(super) mod source;
mod symlink;
mod template;
#[cfg(test)]
pub(super) mod testing;
mod texts;
mod walk;
mod words;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::of::<absent::Absent>(),
    Function::of::<append::Append>(),
    Function::of::<append::Prepend>(),
    Function::of::<directory::Directory>(),
    Function::of::<managed::Managed>(),
    Function::of::<recurse::Recurse>(),
    Function::of::<replace::Replace>(),
    Function::of::<symlink::Symlink>(),
];
