//! One task with one host: it goes out, updates come back, the report is acknowledged when it is on the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::message::{TaskControl, TaskUpdate};
use common::transport::{FrameError, frame};
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::{mpsc, watch};

use super::Daemon;
use super::fan_out::{meanwhile, outstayed};
use super::intake::{Intake, Room, Turn};
use super::live::{Input, LiveJob};
use super::pace::{Pace, Rate};
use super::reports::readable;

/// How long the acknowledgement may take to arrive before the stream is let go.
const PARTING: Duration = Duration::from_secs(10);

/// The longest name of a state, or of its function, that is passed on to onlookers.
const NAME_LIMIT: usize = 1024;

/// How fast an agent may tell what happens: a plan of some thousand states that finds nothing to do is told at one go.
const UPDATES: Rate = Rate { burst: 5000, every: Duration::from_millis(2) };

/// A conversation to be had.
pub(super) struct Conversation {
    pub(super) daemon: Arc<Daemon>,
    pub(super) job: Arc<LiveJob>,
    pub(super) host: usize,
    /// Tells this conversation from an earlier one with the same host.
    pub(super) number: u64,
    pub(super) connection: Connection,
    pub(super) task: Arc<[u8]>,
    /// Whether everything is on the disk that has to be before the task leaves, once that is known.
    pub(super) written: watch::Receiver<Option<bool>>,
    /// The agent's turn to send what is long.
    pub(super) turn: Turn,
    /// What the conductor has to say to the agent.
    pub(super) controls: mpsc::UnboundedReceiver<TaskControl>,
}

/// Has the conversation, to its end.
pub(super) async fn converse(conversation: Conversation) {
    let (job, host, number) = (Arc::clone(&conversation.job), conversation.host, conversation.number);
    let connection = conversation.connection.clone();
    if let Err(error) = talk(conversation).await {
        let id = job.hosts.get(host);
        tracing::debug!(?id, jid = %job.jid, %error, "a task's stream broke");
        // With the connection gone, the fleet says so.
        if connection.close_reason().is_none() {
            job.tell(Input::Broken { host, conversation: number });
        }
    }
}

async fn talk(mut conversation: Conversation) -> Result<(), FrameError> {
    let (job, host) = (Arc::clone(&conversation.job), conversation.host);
    let written =
        conversation.written.wait_for(Option::is_some).await.is_ok_and(|written| *written == Some(true));
    if !written {
        let reason = "the job database could not be written, so the task stays here";
        return Err(FrameError::Io(std::io::Error::other(reason)));
    }
    let daemon = Arc::clone(&conversation.daemon);
    let (mut send, recv) = conversation.connection.open_bi().await.map_err(std::io::Error::from)?;
    let mut place = daemon.fan_out.enter(conversation.task.len()).await;
    meanwhile(&mut place, send.write_all(&conversation.task)).await.map_err(std::io::Error::from)?;
    let (intake, turn) = (&daemon.intake, &conversation.turn);
    let mut pace = Pace::new(UPDATES);
    let mut reading = Box::pin(next(recv, intake, turn, Duration::ZERO));
    loop {
        tokio::select! {
            (recv, update) = &mut reading => {
                place = None;
                let (update, room) = update?;
                match update {
                    TaskUpdate::Waiting { behind } => job.tell(Input::Waiting { host, behind }),
                    TaskUpdate::Started { .. } => job.tell(Input::Started(host)),
                    TaskUpdate::Progress(mut progress) => {
                        cut(&mut progress.id);
                        cut(&mut progress.function);
                        job.tell(Input::Progress { host, progress });
                    }
                    TaskUpdate::Finished(report) if report.jid == job.jid => {
                        return finish(&daemon, &job, host, report, room, send).await;
                    }
                    TaskUpdate::Finished(report) => {
                        let reason = format!("a report of job {} in a conversation of job {}", report.jid, job.jid);
                        return Err(FrameError::Malformed { expected: "report", reason });
                    }
                }
                reading.set(next(recv, intake, turn, pace.take(Instant::now())));
            }
            () = outstayed(&mut place), if place.is_some() => place = None,
            Some(control) = conversation.controls.recv() => frame::write(&mut send, &control).await?,
        }
    }
}

/// Onlookers' queues hold many of these, so none is long.
fn cut(name: &mut String) {
    name.truncate(name.floor_char_boundary(NAME_LIMIT));
}

/// The report goes to the disk, and then the agent may forget it.
async fn finish(
    daemon: &Daemon,
    job: &LiveJob,
    host: usize,
    report: Box<common::message::Report>,
    room: Room,
    mut send: SendStream,
) -> Result<(), FrameError> {
    // Without an acknowledgement the agent keeps the report, and delivers it again.
    let Some(id) = job.hosts.get(host) else { return Ok(()) };
    let report = readable(report, |size| daemon.allowance.keep(id, &job.jid, size, Instant::now()));
    let Ok(committed) = job.report(host, report).await else { return Ok(()) };
    let stored = committed.await;
    drop(room);
    if stored.is_ok() {
        frame::write(&mut send, &TaskControl::Stored).await?;
        let _ = send.finish();
        let _ = tokio::time::timeout(PARTING, send.stopped()).await;
    }
    Ok(())
}

/// The next update with its room, as a future that may wait while other things happen.
async fn next(
    mut recv: RecvStream,
    intake: &Intake,
    turn: &Turn,
    wait: Duration,
) -> (RecvStream, Result<(TaskUpdate, Room), FrameError>) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let update = intake.read(turn, &mut recv).await;
    (recv, update)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_between_characters() {
        let mut name = "é".repeat(NAME_LIMIT);
        name.insert(0, 'x');
        cut(&mut name);
        assert_eq!(name.len(), NAME_LIMIT - 1);
        let mut name = "nginx".to_owned();
        cut(&mut name);
        assert_eq!(name, "nginx");
    }
}
