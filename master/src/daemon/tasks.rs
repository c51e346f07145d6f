//! The frames that carry a job's tasks: encoded once where every host gets the same.

use std::sync::{Arc, OnceLock};

use common::id::JobId;
use common::message::{ApplyRequest, CallRequest, Task, Work};
use common::store::Hash;
use common::transport::{FrameError, frame};
use common::value::Map;

use crate::jobs::Phase;
use crate::scope::Scope;

/// What a job's hosts are to do.
pub(super) struct Tasks {
    jid: JobId,
    timeout: u64,
    kind: Kind,
    /// Each host's pillar, as the job's hosts are numbered; none where the task needs none.
    pillars: Vec<Map>,
    /// The part of the tree that each host is offered, likewise; none where that is the whole tree.
    scopes: Vec<Option<Arc<Scope>>>,
    shared: OnceLock<Arc<[u8]>>,
}

/// The work, without pillar.
enum Kind {
    Apply(ApplyRequest),
    Call(CallRequest),
}

impl Tasks {
    pub(super) fn apply(jid: JobId, timeout: u64, request: ApplyRequest, pillars: Vec<Map>) -> Self {
        Self {
            jid,
            timeout,
            kind: Kind::Apply(request),
            pillars,
            scopes: Vec::new(),
            shared: OnceLock::new(),
        }
    }

    pub(super) fn call(jid: JobId, timeout: u64, request: CallRequest, pillars: Vec<Map>) -> Self {
        Self { jid, timeout, kind: Kind::Call(request), pillars, scopes: Vec::new(), shared: OnceLock::new() }
    }

    /// The same, where hosts are offered these parts of the tree.
    pub(super) fn scoped(self, scopes: Vec<Option<Arc<Scope>>>) -> Self {
        Self { scopes, ..self }
    }

    /// The part of the tree that a host is offered, where it is not offered all.
    pub(super) fn scope(&self, host: usize) -> Option<&Arc<Scope>> {
        self.scopes.get(host)?.as_ref()
    }

    /// A host's task as it goes over the wire.
    ///
    /// # Errors
    /// When it is over the limit of a frame.
    pub(super) fn frame(&self, host: usize, phase: Phase) -> Result<Arc<[u8]>, FrameError> {
        // Only a task without pillar is the same for all; such a task has no preparation.
        if !self.pillars.is_empty() {
            let pillar = self.pillars.get(host).cloned().unwrap_or_default();
            return self.encode(pillar, self.scope(host).map(|scope| scope.root), phase);
        }
        if let Some(frame) = self.shared.get() {
            return Ok(Arc::clone(frame));
        }
        let frame = self.encode(Map::new(), None, phase)?;
        Ok(Arc::clone(self.shared.get_or_init(|| frame)))
    }

    fn encode(&self, pillar: Map, part: Option<Hash>, phase: Phase) -> Result<Arc<[u8]>, FrameError> {
        let work = match &self.kind {
            Kind::Apply(request) => {
                let tree = part.unwrap_or(request.tree);
                let request = ApplyRequest { pillar, tree, ..request.clone() };
                if phase == Phase::Prepare { Work::Prepare(request) } else { Work::Apply(request) }
            }
            Kind::Call(request) => {
                Work::Call(CallRequest { pillar, tree: part.or(request.tree), ..request.clone() })
            }
        };
        let task = Task { jid: self.jid.clone(), work, timeout: Some(self.timeout) };
        Ok(frame::encode(&task)?.into())
    }
}
