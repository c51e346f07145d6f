//! Conformance cases: small trees with the answers of real Salt. See `conformance/README.md`.

mod answer;
mod case;
mod compare;

pub use answer::Answer;
pub use case::{Call, Case, cases};
pub use compare::differences;
