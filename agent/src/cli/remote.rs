//! Working through the master: the running agent starts a job on this host and tells what becomes of it.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use common::exit;
use common::id::JobId;
use common::message::{Outcome, OwnUpdate, OwnWork, Report};
use common::transport::{FrameError, read, write};
use tokio::net::UnixStream;

use super::CommandError;
use super::output::talk;
use crate::config::Settings;
use crate::session::{Answer, Ask};

/// The exit code after Ctrl-C. The job goes on.
const DETACHED: u8 = 130;

/// How much of a state's id the progress shows.
const ID_WIDTH: usize = 60;

/// Starts a job and follows it to its report.
pub(super) fn run(settings: &Settings, work: OwnWork) -> Result<Box<Report>, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(CommandError::error)?.block_on(async {
        let mut stream = UnixStream::connect(&settings.socket)
            .await
            .map_err(|error| unreachable(&settings.socket, &error))?;
        write(&mut stream, &Ask::Start { work: Box::new(work) })
            .await
            .map_err(|error| broken(&error, None))?;
        let mut onlooker = Onlooker::default();
        tokio::select! {
            report = onlooker.follow(&mut stream) => report,
            _ = tokio::signal::ctrl_c() => Err(interrupted(onlooker.job.as_ref())),
        }
    })
}

/// The exit code of a report.
pub(super) fn exit_code(report: &Report) -> u8 {
    match report.outcome {
        Outcome::Succeeded => exit::SUCCESS,
        Outcome::NotCompiled => exit::NOT_COMPILED,
        Outcome::Failed | Outcome::TimedOut | Outcome::Killed | Outcome::Lost => exit::FAILED,
    }
}

/// What is shown while a job is under way.
#[derive(Default)]
struct Onlooker {
    job: Option<JobId>,
    /// Whether a line of progress stands on the terminal.
    line: bool,
    /// Whether the master is known to be away.
    away: bool,
}

impl Onlooker {
    async fn follow(&mut self, stream: &mut UnixStream) -> Result<Box<Report>, CommandError> {
        loop {
            let answer = read::<Answer>(stream).await;
            self.clear();
            let update = match answer {
                Ok(Answer::Job(update)) => *update,
                Ok(Answer::Away) => {
                    if !std::mem::replace(&mut self.away, true) {
                        talk(
                            "the connection to the master is lost; the job goes on, and is followed when it is back",
                        );
                    }
                    continue;
                }
                Ok(Answer::Failed { reason }) => return Err(not_started(&reason)),
                Ok(Answer::Done | Answer::Mine(_)) => {
                    return Err(CommandError::error("the agent has answered something unexpected"));
                }
                Err(error) => return Err(broken(&error, self.job.as_ref())),
            };
            self.away = false;
            match update {
                OwnUpdate::Started { jid } => self.job = Some(jid),
                OwnUpdate::Waiting { behind } => {
                    talk(&format!("waiting for job {behind}, which is at work here"))
                }
                OwnUpdate::Progress(step) => {
                    self.show(&format!("{}/{} {}", step.done, step.total, shortened(&step.id)))
                }
                OwnUpdate::Ended { report: Some(report), .. } => return Ok(report),
                OwnUpdate::Ended { report: None, reason } => {
                    let message = reason.unwrap_or_else(|| "the job has ended without a report".into());
                    return Err(CommandError { code: exit::FAILED, message });
                }
                OwnUpdate::Refused { reason } => {
                    return Err(CommandError::error(format!("the master refuses: {reason}")));
                }
            }
        }
    }

    /// Shows a line that the next one replaces, where there is a terminal.
    fn show(&mut self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        if stderr.is_terminal() {
            self.line = write!(stderr, "{text}").and_then(|()| stderr.flush()).is_ok();
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.line) {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// An id that fits into a line and can't steer the terminal.
fn shortened(id: &str) -> String {
    id.chars()
        .take_while(|letter| *letter != '\n')
        .filter(|letter| !letter.is_control())
        .take(ID_WIDTH)
        .collect()
}

fn unreachable(socket: &Path, error: &std::io::Error) -> CommandError {
    let socket = socket.display();
    CommandError::error(match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => format!(
            "no agent is running here: nobody listens at {socket}. Start it with `agent run` (or its service), or add \
             --local to work from folders on this machine"
        ),
        ErrorKind::PermissionDenied => {
            format!("only root and the user that the agent runs as may use {socket}: run this as one of them")
        }
        _ => format!("the agent cannot be reached at {socket}: {error}"),
    })
}

fn not_started(reason: &str) -> CommandError {
    CommandError::error(format!("{reason}. To work from folders on this machine, add --local"))
}

fn broken(error: &FrameError, job: Option<&JobId>) -> CommandError {
    CommandError::error(match job {
        Some(jid) => {
            format!("the agent went away ({error}); the job goes on: `master jobs show {jid}` has its result")
        }
        None => format!("the agent went away: {error}"),
    })
}

fn interrupted(job: Option<&JobId>) -> CommandError {
    let message = match job {
        Some(jid) => {
            format!("the job goes on: on the master, `master jobs show {jid}`, `master jobs kill {jid}`")
        }
        None => {
            "left before the master has answered; `master jobs list` tells whether a job has begun".into()
        }
    };
    CommandError { code: DETACHED, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_on_their_line() {
        assert_eq!(shortened("a\x1b[2Jb\nc"), "a[2Jb");
        assert_eq!(shortened(&"x".repeat(100)).len(), ID_WIDTH);
    }
}
