//! Starts the daemon and ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::identity::{Authority, IdentityError};
use common::store::{Store, StoreError};
use common::transport::{Comeback, TransportError, close, server};
use tokio::signal::unix::{SignalKind, signal};

use super::fleet::Fleet;
use super::repeats::{LOOKED_THROUGH, Repeats};
use super::shared::Kept;
use super::{Daemon, clock, housekeeping, launch, listener, operator, reload};
use crate::api::{bind, open_to_listed};
use crate::config::{Config, ConfigError};
use crate::database::{Database, Ledger, LedgerError};
use crate::keys::Keyring;

/// Why the daemon can't run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The folder of its state can't be had.
    #[error("cannot use the state folder {path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another daemon uses that folder.
    #[error("another master uses the state folder {path}", path = .0.display())]
    Locked(PathBuf),
    /// The control socket can't be had.
    #[error("cannot listen at the control socket {path}: {source}", path = path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The authority can't be had.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The endpoint can't be had.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The database can't be had.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The content store can't be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Signals can't be waited for.
    #[error("signals: {0}")]
    Signal(std::io::Error),
}

/// Reads the configuration again, with the flags of the command line laid over it.
pub type Reload = Box<dyn Fn() -> Result<Config, ConfigError> + Send + Sync>;

/// Runs the daemon until it is told to end (SIGTERM, SIGINT). Unfinished jobs go on when it is started again. On
/// SIGHUP it reads its configuration again.
///
/// # Errors
/// When it can't start.
pub async fn serve(config: Config, reload: Reload) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signal)?;
    let hangup = signal(SignalKind::hangup()).map_err(ServeError::Signal)?;
    let running = start(config).await?;
    let reloading = tokio::spawn(reload::watch(Arc::clone(&running.daemon), hangup, reload));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("the master ends; jobs under way go on when it is started again");
    reloading.abort();
    running.stop().await;
    Ok(())
}

/// A daemon that is up.
pub(super) struct Running {
    pub(super) daemon: Arc<Daemon>,
    endpoint: quinn::Endpoint,
    database: Arc<Database>,
    tasks: [tokio::task::JoinHandle<()>; 4],
    _lock: std::fs::File,
}

/// Brings the daemon up, and the jobs that an earlier process left under way.
pub(super) async fn start(config: Config) -> Result<Running, ServeError> {
    let lock = lock(&config)?;
    let authority = Authority::load_or_create(&config.authority_dir())?;
    let database = Arc::new(Database::open(&config.state_dir.join("master.db"))?);
    let store = Store::open(&config.state_dir.join("store"))?;
    let keyring = Keyring::new(database.keys()?, database.tokens()?);
    let fleet = Fleet::new(database.hosts()?);
    let (endpoint, verifier) = server(config.listen, &authority)?;
    let listen = endpoint.local_addr().unwrap_or(config.listen);
    let socket = &config.socket;
    let not_bound = |source| ServeError::Socket { path: socket.clone(), source };
    let control = bind(socket).map_err(not_bound)?;
    open_to_listed(socket, config.lists_users()).map_err(not_bound)?;
    tracing::info!(
        %listen,
        socket = %socket.display(),
        state_dir = %config.state_dir.display(),
        fingerprint = %authority.fingerprint(),
        "the master is up"
    );
    let ledger: Arc<dyn Ledger> = Arc::clone(&database) as _;
    let last_jid = database.jobs(1)?.pop().map(|job| job.jid);
    let repeats = Repeats::known(database.jobs(LOOKED_THROUGH)?);
    let kept = Kept { keyring, schedules: database.schedules()?, last_jid, repeats };
    let daemon = Arc::new(Daemon::new(config, listen, authority, ledger, store, kept, fleet));
    launch::resume(&daemon)?;
    let tasks = [
        tokio::spawn(listener::listen(Arc::clone(&daemon), endpoint.clone(), verifier)),
        tokio::spawn(operator::listen(Arc::clone(&daemon), control)),
        tokio::spawn(housekeeping::keep(Arc::clone(&daemon))),
        tokio::spawn(clock::tick(Arc::clone(&daemon))),
    ];
    Ok(Running { daemon, endpoint, database, tasks, _lock: lock })
}

impl Running {
    /// Ends the daemon; what is queued is written first.
    pub(super) async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        let _ = std::fs::remove_file(&self.daemon.config().socket);
        drop(housekeeping::note_presence(&self.daemon));
        let comeback = Comeback::of(self.daemon.fleet.connected());
        self.endpoint.close(close::COMEBACK.into(), comeback.reason().as_bytes());
        let _ = tokio::time::timeout(Duration::from_secs(2), self.endpoint.wait_idle()).await;
        let database = self.database;
        let _ = tokio::task::spawn_blocking(move || database.close()).await;
    }
}

/// The state folder, made for its owner alone, and locked against a second daemon for as long as the file is held.
fn lock(config: &Config) -> Result<std::fs::File, ServeError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let path = &config.state_dir;
    let failed = |source| ServeError::Folder { path: path.clone(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let file = std::fs::File::create(path.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::Locked(path.clone())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}
