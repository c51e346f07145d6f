//! `file`: files, directories, links.

mod absent;
mod append;
pub(super) mod atomic;
mod backup;
pub(super) mod content;
mod diff;
mod edit;
pub(crate) mod hash;
mod lines;
mod managed;
pub(crate) mod ownership;
pub(super) mod paths;
mod replace;
pub(super) mod source;
mod symlink;
mod template;
#[cfg(test)]
pub(super) mod testing;
mod texts;
mod words;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::of::<absent::Absent>(),
    Function::of::<append::Append>(),
    Function::of::<append::Prepend>(),
    Function::of::<managed::Managed>(),
    Function::of::<replace::Replace>(),
    Function::of::<symlink::Symlink>(),
];
