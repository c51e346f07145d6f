//! `startup_states`: what a host applies to itself when its agent starts.
//!
//! It asks its master for a job, as `agent apply` does: the job is in the ledger before anything is sent. It is asked for once a
//! start of the agent, or until it has succeeded once (`startup_once`), which a file remembers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use common::id::JobId;
use common::identity::write_private;
use common::message::{Outcome, OwnUpdate, OwnWork, Request};
use common::transport::{FrameError, read};
use quinn::Connection;

use super::own::open;
use crate::config;

/// The file that remembers that it has succeeded, in the agent's folder.
const DONE_FILE: &str = "startup.done";

/// What is still to be done of it.
pub(super) struct Startup {
    work: OwnWork,
    /// The file that remembers, where it is to be done once only.
    done: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Wanted,
    /// The master has made it this job.
    Job(JobId),
    Over,
}

impl Startup {
    /// What is to be done, if anything is.
    pub(super) fn of(wanted: Option<&config::Startup>, state_dir: &Path) -> Option<Arc<Self>> {
        let wanted = wanted?;
        let done = wanted.once.then(|| state_dir.join(DONE_FILE));
        if done.as_ref().is_some_and(|done| done.exists()) {
            return None;
        }
        Some(Arc::new(Self { work: wanted.work.clone(), done, state: Mutex::new(State::Wanted) }))
    }

    fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn ended(&self, outcome: Option<Outcome>, reason: Option<&str>) {
        self.set(State::Over);
        if outcome != Some(Outcome::Succeeded) {
            return tracing::error!(?outcome, reason, "the startup states have not succeeded");
        }
        tracing::info!("the startup states have succeeded");
        if let Some(done) = &self.done
            && let Err(error) = write_private(done, b"")
        {
            tracing::error!(%error, "that the startup states have succeeded can't be remembered");
        }
    }
}

/// Sees to it over one connection; over the next one it goes on where it was.
pub(super) async fn run(startup: Arc<Startup>, connection: Connection) {
    if let Err(error) = pursue(&startup, &connection).await {
        tracing::debug!(%error, "the startup states wait for the next connection");
    }
}

async fn pursue(startup: &Startup, connection: &Connection) -> Result<(), FrameError> {
    let request = match startup.state() {
        State::Wanted => Request::Start { work: Box::new(startup.work.clone()) },
        State::Job(jid) => Request::Follow { jid },
        State::Over => return Ok(()),
    };
    let mut updates = open(connection, &request).await?;
    loop {
        match read::<OwnUpdate>(&mut updates).await? {
            OwnUpdate::Started { jid } => {
                tracing::info!(%jid, "the startup states begin");
                startup.set(State::Job(jid));
            }
            OwnUpdate::Waiting { .. } | OwnUpdate::Progress(_) => {}
            OwnUpdate::Ended { report, reason } => {
                startup.ended(report.map(|report| report.outcome), reason.as_deref());
                return Ok(());
            }
            OwnUpdate::Refused { reason } => {
                startup.ended(None, Some(&reason));
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(once: bool) -> config::Startup {
        let work = OwnWork::Call {
            function: "test.ping".into(),
            positional: Vec::new(),
            keyword: Default::default(),
        };
        config::Startup { work, once }
    }

    #[test]
    fn once_is_until_it_has_succeeded() {
        let folder = tempfile::tempdir().unwrap();
        let of = |once| Startup::of(Some(&wanted(once)), folder.path());
        assert!(Startup::of(None, folder.path()).is_none());
        of(true).unwrap().ended(Some(Outcome::Failed), None);
        of(true).unwrap().ended(None, Some("refused"));
        let again = of(true).unwrap();
        assert_eq!(again.state(), State::Wanted);
        again.ended(Some(Outcome::Succeeded), None);
        assert_eq!(again.state(), State::Over);
        assert!(of(true).is_none());
        assert!(of(false).is_some(), "what is done at each start knows nothing of it");
    }
}
