//! What this host lets others know: gathered from time to time, kept by the master, and asked for by workers.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use common::identity::Fingerprint;
use common::message::{MineAnswer, MineWork};
use common::value::{Map, Value, get, map};
use quinn::Connection;
use states::functions::{self, Arguments};
use states::mine::Mine;
use states::process::{Command, Output, ProcessError, Processes};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;

use super::requests;
use crate::cache::NoTree;
use crate::config::Settings;
use crate::memory;
use crate::spool::{self, MINE_FILE};
use crate::worker::Host;

/// How often the functions are called when the configuration does not say, in minutes.
const INTERVAL: u64 = 60;

/// How long a worker waits for a connection that may be about to stand.
const GRACE: Duration = Duration::from_secs(60);

/// After how long a master that did not take the values is asked again.
const AGAIN: Duration = Duration::from_secs(60);

/// How long a command may take that a function of the mine runs, unless the function says so itself.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// How long all functions together are waited for. What hangs longer is left alone, and holds up the mine and nothing else.
const GATHERING_LIMIT: Duration = Duration::from_secs(600);

/// Gathers values and asks for those of others. Cheap to clone.
#[derive(Clone)]
pub(super) struct Miner {
    connection: watch::Receiver<Option<Connection>>,
    shared: Arc<Shared>,
}

struct Shared {
    /// Somebody wants the values to be gathered now.
    again: Notify,
    /// What which master has, and since when: after a short break it need not be sent once more.
    sent: Mutex<Option<(Option<Fingerprint>, MineWork, Instant)>>,
    /// One gathering at a time, also when a function hangs.
    gathering: Arc<Semaphore>,
}

impl Miner {
    pub(super) fn new(connection: watch::Receiver<Option<Connection>>) -> Self {
        let gathering = Arc::new(Semaphore::new(1));
        let shared = Arc::new(Shared { again: Notify::new(), sent: Mutex::default(), gathering });
        Self { connection, shared }
    }

    /// Has the values gathered now.
    pub(super) fn refresh(&self) {
        self.shared.again.notify_one();
    }

    /// Asks the master.
    pub(super) async fn ask(&self, work: MineWork) -> Result<MineAnswer, String> {
        let mut connection = self.connection.clone();
        let standing = connection.wait_for(Option::is_some);
        let connection = match tokio::time::timeout(GRACE, standing).await {
            Ok(Ok(connection)) => connection.clone(),
            Ok(Err(_)) | Err(_) => None,
        };
        let connection = connection.ok_or("there is no connection to the master, which keeps the mine")?;
        let answer = requests::mine(&connection, work).await;
        answer.map_err(|error| format!("the master has not answered about the mine: {error}"))
    }

    /// Sends the values of this host when a connection stands, from time to time, and when somebody wants it.
    pub(super) async fn watch(
        self,
        settings: Settings,
        grains: Arc<RwLock<Arc<Map>>>,
        master: Option<Fingerprint>,
        connection: Connection,
    ) {
        let minutes = get(&settings.opts, "mine_interval").and_then(Value::as_int);
        let minutes = minutes.and_then(|minutes| u64::try_from(minutes).ok()).unwrap_or(INTERVAL).max(1);
        let interval = Duration::from_secs(minutes.saturating_mul(60));
        let enabled = get(&settings.opts, "mine_enabled").is_none_or(Value::is_true);
        if !enabled {
            return;
        }
        loop {
            let known = Arc::clone(&grains.read().unwrap_or_else(PoisonError::into_inner));
            let wait = match self.gather(&settings, known).await {
                None => interval,
                Some(work) if self.has(master, &work, interval) => interval,
                Some(work) => match requests::mine(&connection, work.clone()).await {
                    Ok(MineAnswer::Refused { reason }) => {
                        tracing::warn!(reason, "the master does not take what this host lets others know");
                        interval
                    }
                    Ok(_) => {
                        let sent = Some((master, work, Instant::now()));
                        *self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner) = sent;
                        interval
                    }
                    Err(error) => {
                        tracing::warn!(%error, "what this host lets others know could not be sent");
                        AGAIN
                    }
                },
            };
            let _ = tokio::time::timeout(wait, self.shared.again.notified()).await;
        }
    }

    /// Whether this master has been sent just this, not long ago.
    fn has(&self, master: Option<Fingerprint>, work: &MineWork, interval: Duration) -> bool {
        let sent = self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.as_ref().is_some_and(|(to, sent, at)| *to == master && sent == work && at.elapsed() < interval)
    }

    /// Calls the functions that the configuration and the pillar want; none when there are none.
    async fn gather(&self, settings: &Settings, grains: Arc<Map>) -> Option<MineWork> {
        let permit = Arc::clone(&self.shared.gathering).try_acquire_owned().ok()?;
        let pillar = spool::read::<Value>(&settings.state_dir.join(MINE_FILE)).unwrap_or_default();
        let configured = get(&settings.opts, "mine_functions").is_some_and(Value::is_true);
        if !configured && !pillar.is_true() {
            return None;
        }
        let gathered = Arc::new(Gathered::default());
        let host = Host {
            id: settings.id.to_string(),
            grains,
            pillar: if pillar.is_true() { map([("mine_functions", pillar)]) } else { Map::new() },
            cache_dir: settings.state_dir.join("cache/files"),
            local: false,
            mine: Some(Arc::clone(&gathered) as Arc<dyn Mine>),
            opts: settings.opts.clone(),
        };
        let called = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let context = host.context(Arc::new(NoTree), None, false);
            let context = context
                .varied(|context| context.processes = Arc::new(Bounded(Arc::clone(&context.processes))));
            functions::call(&context, "mine.update", &Arguments::default())
        });
        match tokio::time::timeout(GATHERING_LIMIT, called).await {
            Ok(Ok(Ok(_))) => {}
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "what this host lets others know could not be gathered");
            }
            Ok(Err(error)) => tracing::error!(%error, "a function of the mine failed"),
            Err(_) => {
                let seconds = GATHERING_LIMIT.as_secs();
                tracing::error!(seconds, "a function of the mine hangs; nothing is gathered until it ends");
                return None;
            }
        }
        memory::give_back_code();
        gathered.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Runs processes, none of them without end: nobody waits at a terminal to break one off.
struct Bounded(Arc<dyn Processes>);

impl Processes for Bounded {
    fn run(&self, command: &Command) -> Result<Output, ProcessError> {
        match command.timeout {
            Some(_) => self.0.run(command),
            None => self.0.run(&Command { timeout: Some(COMMAND_LIMIT), ..command.clone() }),
        }
    }
}

/// Takes what `mine.update` would send.
#[derive(Default)]
struct Gathered(Mutex<Option<MineWork>>);

impl Mine for Gathered {
    fn ask(&self, work: MineWork) -> Result<MineAnswer, String> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        Ok(MineAnswer::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down after how long each process would be killed.
    #[derive(Default)]
    struct Limits(Mutex<Vec<Option<Duration>>>);

    impl Processes for Limits {
        fn run(&self, command: &Command) -> Result<Output, ProcessError> {
            self.0.lock().unwrap().push(command.timeout);
            Ok(Output::default())
        }
    }

    #[test]
    fn no_command_of_the_mine_runs_without_end() {
        let limits = Arc::new(Limits::default());
        let bounded = Bounded(Arc::clone(&limits) as Arc<dyn Processes>);
        bounded.run(&Command::shell("sleep infinity")).unwrap();
        let own = Some(Duration::from_secs(5));
        bounded.run(&Command { timeout: own, ..Command::shell("true") }).unwrap();
        assert_eq!(*limits.0.lock().unwrap(), [Some(COMMAND_LIMIT), own]);
    }
}
