//! The worker: the process in which one job runs. It holds no connection; what it lacks it has the daemon fetch.

mod client;
mod context;
mod grains;
mod observe;
mod perform;
mod process;
mod standing;
mod trim;
mod turn;

pub use client::DaemonClient;
pub use context::Host;
pub use observe::Observing;
pub use perform::perform;
pub(crate) use perform::{called, compile_request, is_compile_failure, is_state_run};
pub use process::{Fate, lead_session, work};
pub(crate) use standing::DONE;
pub use standing::stand;
pub use states::context::base_opts;
pub use trim::trim;
pub use turn::Turn;
