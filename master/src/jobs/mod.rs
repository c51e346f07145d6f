//! Jobs: what they are, and the machine that decides how one rolls out.

mod batch;
mod model;
pub mod rollout;

pub use batch::{Batch, BatchError};
pub use model::{ApplySpec, CallSpec, Counts, HostRecord, HostState, JobRecord, JobSpec, Phase, Spec};
