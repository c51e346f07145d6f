//! A task's stream: the task comes in, updates go out until the report is stored.

use std::sync::Arc;
use std::time::Duration;

use common::identity::Fingerprint;
use common::message::{Outcome, Report, Task, TaskControl, TaskUpdate};
use common::transport::{FrameError, read, write};
use quinn::{RecvStream, SendStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::jobs::{Event, Follower, Jobs, Key, Phase, Quick, Received, View};
use crate::spool::{ProgressReader, now};

/// How often progress is read while a worker is at it.
const PROGRESS: Duration = Duration::from_millis(200);

/// How long a stream may take to say what its task is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves one stream that the master has opened.
pub(super) async fn serve(
    jobs: Jobs,
    quick: Arc<Quick>,
    master: Option<Fingerprint>,
    send: SendStream,
    receive: RecvStream,
) {
    if let Err(error) = converse(&jobs, &quick, master, send, receive).await {
        tracing::debug!(%error, "a task's stream has ended early");
    }
}

async fn converse(
    jobs: &Jobs,
    quick: &Quick,
    master: Option<Fingerprint>,
    mut send: SendStream,
    mut receive: RecvStream,
) -> Result<(), FrameError> {
    let timed_out = |_| FrameError::Io(std::io::ErrorKind::TimedOut.into());
    let task: Task = tokio::time::timeout(PATIENCE, read(&mut receive)).await.map_err(timed_out)??;
    let key = Key::of(&task);
    if let Some(report) = quick.answer(&task) {
        write(&mut send, &TaskUpdate::Started { pid: std::process::id() }).await?;
        return finish(&mut send, &mut receive, report).await;
    }
    match jobs.receive(task, master) {
        Received::Held(follower) => follow(jobs, follower, send, receive).await,
        Received::Finished => {
            let text = "this agent has run the job before, and its report was stored";
            finish(&mut send, &mut receive, told(&key, Outcome::Lost, text)).await
        }
        Received::Refused(reason) => {
            finish(&mut send, &mut receive, told(&key, Outcome::Failed, &reason)).await
        }
    }
}

/// Tells a job's life to the master until it has the report.
async fn follow(
    jobs: &Jobs,
    mut follower: Follower,
    mut send: SendStream,
    receive: RecvStream,
) -> Result<(), FrameError> {
    let key = follower.key.clone();
    let mut controls = controls(receive);
    let mut progress = ProgressReader::new(&jobs.spool().phase(&key));
    // What ends before the first has nothing to tell of its beginning.
    let mut tick = tokio::time::interval_at(Instant::now() + PROGRESS, PROGRESS);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        let view = follower.view.borrow_and_update().clone();
        let running = match &view {
            View::Running(pid) => Some(*pid),
            View::Queued | View::Waiting(_) | View::Reported => None,
        };
        if told.as_ref() != Some(&view) && running.is_none() {
            match &view {
                View::Queued | View::Running(_) => {}
                View::Waiting(behind) => {
                    write(&mut send, &TaskUpdate::Waiting { behind: behind.clone() }).await?;
                }
                View::Reported => {
                    send_progress(&mut send, &mut progress).await?;
                    let report = jobs.report(&key).unwrap_or_else(|| {
                        self::told(&key, Outcome::Lost, "the report is gone from the agent's spool")
                    });
                    write(&mut send, &TaskUpdate::Finished(Box::new(report))).await?;
                }
            }
            told = Some(view.clone());
        }
        tokio::select! {
            changed = follower.view.changed() => if changed.is_err() {
                // The job was removed: another stream or request has delivered its report.
                return Ok(());
            },
            _ = tick.tick(), if running.is_some() => {
                if let Some(pid) = running.filter(|_| told.as_ref() != Some(&view)) {
                    write(&mut send, &TaskUpdate::Started { pid }).await?;
                    told = Some(view);
                }
                send_progress(&mut send, &mut progress).await?;
            }
            control = controls.recv() => match control {
                Some(TaskControl::Kill) => jobs.feed(Event::Kill(key.clone())),
                Some(TaskControl::Stored) => {
                    jobs.feed(Event::Stored(key.clone()));
                    return Ok(());
                }
                None => return Err(FrameError::Ended),
            },
        }
    }
}

async fn send_progress(send: &mut SendStream, progress: &mut ProgressReader) -> Result<(), FrameError> {
    for step in progress.read() {
        write(send, &TaskUpdate::Progress(step)).await?;
    }
    Ok(())
}

/// Sends a report that is in no spool.
async fn finish(send: &mut SendStream, receive: &mut RecvStream, report: Report) -> Result<(), FrameError> {
    write(send, &TaskUpdate::Finished(Box::new(report))).await?;
    loop {
        match read::<TaskControl>(receive).await? {
            TaskControl::Stored => return Ok(()),
            TaskControl::Kill => {}
        }
    }
}

/// What the master says on the stream. Reading a frame can't be broken off and begun again, so it has a task of its own.
fn controls(mut receive: RecvStream) -> mpsc::Receiver<TaskControl> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(async move {
        while let Ok(control) = read(&mut receive).await {
            if sender.send(control).await.is_err() {
                return;
            }
        }
    });
    receiver
}

fn told(key: &Key, outcome: Outcome, text: &str) -> Report {
    Report {
        jid: key.jid.clone(),
        prepare: key.phase == Phase::Prepare,
        outcome,
        value: text.into(),
        retcode: 1,
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: now(),
        ended: now(),
    }
}
