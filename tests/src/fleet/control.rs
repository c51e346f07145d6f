//! What a fleet asks its master without a program in between: waiting costs next to nothing, so that many may wait at one time.

use std::time::{Duration, Instant};

use common::id::JobId;
use master::api::{Client, Request, Response};

use super::{Fleet, PATIENCE};
use crate::wait::until_true;

/// What the master says at its control socket.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How many agents are connected.
    pub connected: usize,
    /// How long it took to answer.
    pub took: Duration,
}

impl Fleet {
    /// One look at the master; none when it does not answer.
    #[must_use]
    pub fn look(&self) -> Option<Look> {
        let begun = Instant::now();
        let Some(Response::Status(status)) = self.ask(&Request::Status) else { return None };
        Some(Look { connected: status.connected, took: begun.elapsed() })
    }

    /// Waits until so many hosts are connected.
    pub fn wait_connected(&self, count: usize) {
        until_true(&format!("{count} hosts to be connected\n{}", self.master_log()), PATIENCE, || {
            self.look().is_some_and(|look| look.connected == count)
        });
    }

    /// Waits until a job has ended.
    pub fn wait_ended(&self, jid: &str) {
        let jid: JobId = jid.parse().unwrap();
        until_true(&format!("job {jid} to end"), PATIENCE, || {
            let Some(Response::Jobs(jobs)) = self.ask(&Request::Jobs { limit: 100 }) else { return false };
            jobs.iter().any(|job| job.jid == jid && job.ended.is_some())
        });
    }

    /// The master's one answer, if it gives one.
    fn ask(&self, request: &Request) -> Option<Response> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Client::ask(&self.socket(), request)).ok()
    }
}
