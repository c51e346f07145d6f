//! `pkg`: packages, with apt and dpkg.

pub(crate) mod apt;
pub(crate) mod dpkg;
mod held;
mod holding;
mod installed;
mod latest;
mod removed;
mod report;
mod sources;
pub(crate) mod targets;
mod uptodate;
pub(crate) mod version;

#[cfg(test)]
mod tests;

use super::{Call, Check, Done, Failure, Function, StateFunction};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::watching::<installed::Installed>(),
    Function::watching::<latest::Latest>(),
    Function::watching::<removed::Removed>(),
    Function::watching::<removed::Purged>(),
    Function::of::<uptodate::UpToDate>(),
    Function::of::<held::Held>(),
    Function::of::<held::Unheld>(),
];

/// What `mod_watch` does for packages: the state itself once more.
fn again<S: StateFunction>(state: &S, call: &Call<'_>) -> Result<Done, Failure> {
    Ok(match state.check(call)? {
        Check::Clean { comment } => Done::ok(comment, super::Map::new()),
        Check::Differs { comment, changes, .. } if call.context.test => {
            Done { result: None, comment, changes }
        }
        Check::Differs { plan, .. } => state.converge(call, plan)?,
    })
}
