//! The frames that carry a job's tasks: encoded once where every host gets the same.

use std::sync::{Arc, OnceLock};

use common::id::JobId;
use common::message::{ApplyRequest, CallRequest, Task, Work};
use common::transport::{FrameError, frame};
use common::value::Map;

use crate::jobs::Phase;

/// What a job's hosts are to do.
pub(super) struct Tasks {
    jid: JobId,
    timeout: u64,
    kind: Kind,
    /// Each host's pillar, as the job's hosts are numbered; none where the task needs none.
    pillars: Vec<Map>,
    shared: OnceLock<Arc<[u8]>>,
}

/// The work, without pillar.
enum Kind {
    Apply(ApplyRequest),
    Call(CallRequest),
}

impl Tasks {
    pub(super) fn apply(jid: JobId, timeout: u64, request: ApplyRequest, pillars: Vec<Map>) -> Self {
        Self { jid, timeout, kind: Kind::Apply(request), pillars, shared: OnceLock::new() }
    }

    pub(super) fn call(jid: JobId, timeout: u64, request: CallRequest, pillars: Vec<Map>) -> Self {
        Self { jid, timeout, kind: Kind::Call(request), pillars, shared: OnceLock::new() }
    }

    /// A host's task as it goes over the wire.
    ///
    /// # Errors
    /// When it is over the limit of a frame.
    pub(super) fn frame(&self, host: usize, phase: Phase) -> Result<Arc<[u8]>, FrameError> {
        // Only a task without pillar is the same for all; such a task has no preparation.
        if !self.pillars.is_empty() {
            return self.encode(self.pillars.get(host).cloned().unwrap_or_default(), phase);
        }
        if let Some(frame) = self.shared.get() {
            return Ok(Arc::clone(frame));
        }
        let frame = self.encode(Map::new(), phase)?;
        Ok(Arc::clone(self.shared.get_or_init(|| frame)))
    }

    fn encode(&self, pillar: Map, phase: Phase) -> Result<Arc<[u8]>, FrameError> {
        let work = match (&self.kind, phase) {
            (Kind::Apply(request), Phase::Prepare) => {
                Work::Prepare(ApplyRequest { pillar, ..request.clone() })
            }
            (Kind::Apply(request), Phase::Apply) => Work::Apply(ApplyRequest { pillar, ..request.clone() }),
            (Kind::Call(request), _) => Work::Call(CallRequest { pillar, ..request.clone() }),
        };
        let task = Task { jid: self.jid.clone(), work, timeout: Some(self.timeout) };
        Ok(frame::encode(&task)?.into())
    }
}
