//! What state functions there are, as the compiler asks it.

use crate::modules;

/// What the compiler knows of a state function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signature {
    /// The names of its arguments.
    pub(super) parameters: &'static [&'static str],
    /// Whether it takes any argument.
    pub(super) swallows: bool,
    /// Whether it does something of its own when a state it watches changed.
    pub(super) watches: bool,
}

/// The state functions there are. The real ones are [`Registry`]; tests bring their own.
pub(super) trait Catalogue {
    fn signature(&self, function: &str) -> Option<Signature>;
    fn functions(&self) -> Vec<&'static str>;
    fn modules(&self) -> Vec<&'static str>;
}

/// The state functions of this program.
pub(super) struct Registry;

impl Catalogue for Registry {
    fn signature(&self, function: &str) -> Option<Signature> {
        let function = modules::find(function)?;
        Some(Signature {
            parameters: function.parameters(),
            swallows: function.swallows,
            watches: function.has_mod_watch(),
        })
    }

    fn functions(&self) -> Vec<&'static str> {
        modules::all().map(|function| function.name).collect()
    }

    fn modules(&self) -> Vec<&'static str> {
        modules::modules().collect()
    }
}
