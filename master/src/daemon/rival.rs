//! Two machines with one identity, as a cloned image has it: the one that is here stays, the other is refused and told why.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use common::id::HostId;
use common::message::{CallRequest, Instance, Task, TaskControl, TaskUpdate, Work};
use common::transport::{FrameError, close, frame};
use common::value::Map;
use quinn::Connection;

use super::Daemon;
use super::fleet::{Double, Link};
use super::intake::Turn;
use super::shared::now;

/// How long an agent may take to say that it is alive. One whose machine has lost its power says nothing.
const ALIVE: Duration = Duration::from_secs(3);

/// Sees to it that no living agent of another machine has this id. A connection that is dead, whose machine has come back
/// before its time ran out, is closed.
///
/// # Errors
/// Why the agent that comes may not come in.
pub(super) async fn settle(
    daemon: &Arc<Daemon>,
    id: &HostId,
    instance: Option<Instance>,
    address: SocketAddr,
) -> Result<(), String> {
    let Some(other) = daemon.fleet.rival(id, instance) else { return Ok(()) };
    if !is_alive(daemon, &other.connection).await {
        other.connection.close(close::REPLACED.into(), b"the same host has connected anew");
        return Ok(());
    }
    let reason = words(id, &other);
    let double = Double { address: address.to_string(), at: now() };
    if daemon.fleet.note_double(id, double) {
        let here = other.connection.remote_address();
        tracing::warn!(%id, %here, refused = %address, "two machines have one identity; the one that was here first stays");
    } else {
        tracing::debug!(%id, refused = %address, "the second machine of one identity was refused again");
    }
    Err(reason)
}

/// What the agent that is refused is told.
pub(super) fn words(id: &HostId, other: &Link) -> String {
    format!(
        "another machine is connected as {id} with this same key, from {}: if this one was cloned from it, give it an identity \
         of its own (stop the agent, remove agent.key and agent.crt from its state folder, give it another id, start it)",
        other.connection.remote_address()
    )
}

/// Whether an agent answers. It does so by itself, whatever its host is at.
async fn is_alive(daemon: &Arc<Daemon>, connection: &Connection) -> bool {
    let asked = tokio::time::timeout(ALIVE, ping(daemon, connection)).await;
    matches!(asked, Ok(Ok(())))
}

async fn ping(daemon: &Arc<Daemon>, connection: &Connection) -> Result<(), FrameError> {
    let (mut send, mut recv) = connection.open_bi().await.map_err(std::io::Error::from)?;
    frame::write(&mut send, &call(daemon, "test.ping", Vec::new())).await?;
    loop {
        if let TaskUpdate::Finished(_) = daemon.intake.read(&Turn::default(), &mut recv).await?.0 {
            frame::write(&mut send, &TaskControl::Stored).await?;
            return Ok(());
        }
    }
}

/// A call that an agent answers by itself, and that no ledger knows.
pub(super) fn call(daemon: &Daemon, function: &str, positional: Vec<common::value::Value>) -> Task {
    let request = CallRequest {
        function: function.into(),
        positional,
        keyword: Map::new(),
        tree: None,
        pillar: Map::new(),
        opts: Map::new(),
    };
    Task { jid: daemon.next_jid(), work: Work::Call(request), timeout: Some(60) }
}
