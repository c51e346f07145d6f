//! Jobs: what they are, and the machine that decides how one rolls out.

mod batch;
mod model;
mod policy;
pub mod rollout;

pub use batch::{Batch, BatchError, Share};
pub use model::{ApplySpec, CallSpec, Counts, HostRecord, HostState, JobRecord, JobSpec, Phase, Spec};
pub use policy::{FailureLimit, FailureLimitError, Offline, Order, Policy};
