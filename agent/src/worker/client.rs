//! The worker's line to the daemon.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::message::{MineAnswer, MineWork};
use common::store::Hash;
use common::transport::{FRAME_LIMIT, frame};

use states::mine::Mine;

use crate::cache::Bring;
use crate::session::{Answer, Ask};

/// How long is waited for a daemon that is being restarted.
const PATIENCE: Duration = Duration::from_secs(120);

/// Has objects fetched by the daemon.
pub struct DaemonClient {
    socket: PathBuf,
}

impl DaemonClient {
    /// A client of the daemon at this socket.
    #[must_use]
    pub fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    fn ask(&self, ask: &Ask) -> std::io::Result<Answer> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.write_all(&frame::encode(ask).map_err(std::io::Error::other)?)?;
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > FRAME_LIMIT {
            return Err(std::io::Error::other("the daemon's answer is too long"));
        }
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes)?;
        frame::decode(&bytes).map_err(std::io::Error::other)
    }
}

impl DaemonClient {
    /// Has the daemon look at once what the mine should have of this host.
    pub fn refresh_mine(&self) {
        if let Err(error) = self.ask(&Ask::RefreshMine) {
            tracing::debug!(%error, "the daemon could not be told of new mine functions");
        }
    }
}

impl Mine for DaemonClient {
    fn ask(&self, work: MineWork) -> Result<MineAnswer, String> {
        match Self::ask(self, &Ask::Mine { work: Box::new(work) }) {
            Ok(Answer::Mine(answer)) => Ok(*answer),
            Ok(Answer::Failed { reason }) => Err(reason),
            Ok(Answer::Done | Answer::Job(_) | Answer::Away) => {
                Err("the agent's daemon has answered something else than what was asked".into())
            }
            Err(error) => {
                Err(format!("the agent's daemon does not answer at {}: {error}", self.socket.display()))
            }
        }
    }
}

impl Bring for DaemonClient {
    fn bring(&self, hashes: &[Hash]) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.ask(&Ask::Objects { hashes: hashes.to_vec() }) {
                Ok(Answer::Done) => return Ok(()),
                Ok(Answer::Failed { reason }) => return Err(reason),
                Ok(Answer::Job(_) | Answer::Away | Answer::Mine(_)) => {
                    return Err("the agent's daemon has answered something else than what was asked".into());
                }
                // The daemon is being restarted; the objects that it has fetched are not fetched again.
                Err(_) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(500)),
                Err(error) => {
                    return Err(format!(
                        "the agent's daemon does not answer at {}: {error}",
                        self.socket.display()
                    ));
                }
            }
        }
    }
}
