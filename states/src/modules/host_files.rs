//! What execution functions share with the state functions of files.

pub(crate) use super::file::hash::Kind;
pub(crate) use super::file::ownership::{group_name, mode_text, user_name};
pub(crate) use super::file::paths::expand_user;
