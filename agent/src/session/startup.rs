//! `startup_states`: what a host applies to itself when its agent starts.
//!
//! It asks its master for a job, as `agent apply` does: the job is in the ledger before anything is sent. It is asked for once a
//! start of the agent, or until it has succeeded once (`startup_once`), which a file remembers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use common::id::JobId;
use common::identity::{read_private, write_private};
use common::message::{Outcome, OwnUpdate, OwnWork, Request, RequestId};
use common::transport::{FrameError, read};
use quinn::Connection;

use super::own::open;
use crate::config;

/// The file that remembers that it has succeeded, in the agent's folder.
const DONE_FILE: &str = "startup.done";

/// The file that remembers which request is on its way, where it is to succeed once: an agent that is started again before it has
/// heard the end asks for the same job.
const REQUEST_FILE: &str = "startup.request";

/// What is still to be done of it.
pub(super) struct Startup {
    work: OwnWork,
    /// The same however often it has to be sent, so that it becomes one job.
    request: RequestId,
    /// The files that remember, where it is to be done once only.
    once: Option<Once>,
    state: Mutex<State>,
}

struct Once {
    done: PathBuf,
    request: PathBuf,
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
        let once = || Once { done: state_dir.join(DONE_FILE), request: state_dir.join(REQUEST_FILE) };
        let once = wanted.once.then(once);
        if once.as_ref().is_some_and(|once| once.done.exists()) {
            return None;
        }
        let request = RequestId::of(once.as_ref().map_or_else(random, Once::bits));
        Some(Arc::new(Self { work: wanted.work.clone(), request, once, state: Mutex::new(State::Wanted) }))
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
            tracing::error!(?outcome, reason, "the startup states have not succeeded");
            // The next start asks for another job.
            if let Some(once) = &self.once {
                let _ = std::fs::remove_file(&once.request);
            }
            return;
        }
        tracing::info!("the startup states have succeeded");
        if let Some(once) = &self.once
            && let Err(error) = write_private(&once.done, b"")
        {
            tracing::error!(%error, "that the startup states have succeeded can't be remembered");
        }
    }
}

impl Once {
    /// The id of the request that is on its way, or of a new one.
    fn bits(&self) -> u128 {
        let known = read_private(&self.request).ok().flatten().and_then(|text| text.trim().parse().ok());
        known.unwrap_or_else(|| {
            let bits = random();
            if let Err(error) = write_private(&self.request, bits.to_string().as_bytes()) {
                tracing::warn!(%error, "the request for the startup states can't be remembered");
            }
            bits
        })
    }
}

fn random() -> u128 {
    fastrand::u128(..)
}

/// Sees to it over one connection; over the next one it goes on where it was.
pub(super) async fn run(startup: Arc<Startup>, connection: Connection) {
    if let Err(error) = pursue(&startup, &connection).await {
        tracing::debug!(%error, "the startup states wait for the next connection");
    }
}

async fn pursue(startup: &Startup, connection: &Connection) -> Result<(), FrameError> {
    let request = match startup.state() {
        State::Wanted => {
            Request::Start { work: Box::new(startup.work.clone()), request: Some(startup.request) }
        }
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
    fn a_request_that_is_on_its_way_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let of = |once| Startup::of(Some(&wanted(once)), folder.path()).unwrap();
        let first = of(true);
        assert_eq!(of(true).request, first.request);
        assert_ne!(
            of(false).request,
            of(false).request,
            "each start is another one where it is done at each"
        );
        first.ended(Some(Outcome::Failed), None);
        assert_ne!(of(true).request, first.request, "what has ended is asked for anew");
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
