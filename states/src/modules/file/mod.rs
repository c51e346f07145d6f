//! `file`: files, directories, links.

mod absent;
mod accumulated;
mod append;
pub(super) mod atomic;
mod backup;
mod blockreplace;
mod comment;
pub(super) mod content;
mod diff;
mod directory;
mod edit;
mod exists;
pub(crate) mod hash;
mod keyvalue;
mod line;
mod lines;
mod managed;
mod matching;
pub(crate) mod ownership;
pub(super) mod paths;
mod recurse;
mod rename;
mod replace;
mod serialize;
pub(super) mod source;
mod symlink;
mod template;
#[cfg(test)]
pub(super) mod testing;
mod texts;
mod touch;
mod walk;
mod words;

use super::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::of::<absent::Absent>(),
    Function::of::<accumulated::Accumulated>(),
    Function::of::<append::Append>(),
    Function::of::<append::Prepend>(),
    Function::of::<blockreplace::BlockReplace>(),
    Function::of::<comment::Comment>(),
    Function::of::<comment::Uncomment>(),
    Function::of::<directory::Directory>(),
    Function::of::<exists::Exists>(),
    Function::of::<exists::Missing>(),
    Function::of::<keyvalue::KeyValue>(),
    Function::of::<line::Line>(),
    Function::of::<managed::Managed>(),
    Function::of::<recurse::Recurse>(),
    Function::of::<rename::Copy>(),
    Function::of::<rename::Rename>(),
    Function::of::<replace::Replace>(),
    Function::of::<serialize::Serialize>(),
    Function::of::<symlink::Symlink>(),
    Function::of::<touch::Touch>(),
];
