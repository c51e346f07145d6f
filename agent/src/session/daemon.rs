//! The daemon: one session after the other, for as long as the program runs.

use std::convert::Infallible;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use common::id::HostId;
use common::identity::BACKDATE;
use common::message::{Greeting, Hello, Instance, PROTOCOL};
use common::store::Store;
use common::transport::{self, close};
use common::value::Map;
use quinn::{Connection, Endpoint};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::decide::after_close;
use super::mine::Miner;
use super::own::Starter;
use super::start::{Known, StartError, adopt_single, instance, lock};
use super::startup::{self, Startup};
use super::upkeep::{renewal, watch_grains};
use super::{Backoff, Step, decide, requests, sockets, tasks};
use crate::cache::Fetcher;
use crate::config::Settings;
use crate::jobs::{Jobs, Quick};
use crate::spool::{self, GRAINS_FILE};

/// How long a master has to answer at one of its addresses: as long as it may take until it is this agent's turn, when a fleet
/// comes back at once; and how long where there is another master.
const CONNECT: Duration = Duration::from_secs(20);
const CONNECT_BESIDE: Duration = Duration::from_secs(10);

/// How long an agent with several masters waits for the operator of one of them before it tries the next.
const DECISION: Duration = Duration::from_secs(60);

/// How long it waits with one master: a year, which ends with the connection.
const FOR_EVER: Duration = Duration::from_secs(366 * 86_400);

/// How long a session must have stood for its end to be a new matter.
const GOOD_SESSION: Duration = Duration::from_secs(10);

/// An agent, ready to run.
pub struct Daemon {
    settings: Settings,
    /// The masters, in the order in which they are tried.
    masters: Vec<Known>,
    /// Which of them is spoken to.
    current: usize,
    /// Whether it has let the agent work in this session.
    welcome: bool,
    jobs: Jobs,
    quick: Arc<Quick>,
    grains: Arc<RwLock<Arc<Map>>>,
    /// The connection over which the agent is welcome, for those who fetch.
    connection: watch::Sender<Option<Connection>>,
    /// Why there is no such connection, in words for who asks on this host.
    standing: watch::Sender<String>,
    /// The socket of the latest connection, to say goodbye over.
    endpoint: Option<Endpoint>,
    instance: Instance,
    startup: Option<Arc<Startup>>,
    random: fastrand::Rng,
    background: JoinSet<()>,
    miner: Miner,
    _lock: File,
}

impl Daemon {
    /// Opens everything an agent has on disk, and takes up the jobs of an earlier run. Must be called within a runtime.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(mut settings: Settings) -> Result<Self, StartError> {
        let lock = lock(&settings)?;
        let instance = instance(&lock);
        adopt_single(&settings)?;
        let masters = settings.masters.iter().map(|master| Known::load(&settings, master));
        let masters: Vec<Known> = masters.collect::<Result<_, _>>()?;
        let certificate = masters.iter().find_map(|master| master.identity.certificate());
        if let Some(id) = certificate.and_then(|certificate| certificate.id.clone())
            && id != settings.id
        {
            tracing::warn!(
                configured = %settings.id, certificate = %id,
                "the id of the certificate counts. To enrol under another id, remove agent.key and agent.crt"
            );
            settings.id = id;
        }
        let grains = (settings.surroundings.grains)(settings.id.as_str(), &settings.grains);
        spool::write(&settings.state_dir.join(GRAINS_FILE), &grains)?;
        let grains = Arc::new(RwLock::new(Arc::new(grains)));
        let store = Store::open(&settings.state_dir.join("cache"))?;
        let connection = watch::Sender::new(None);
        let fetcher = Fetcher::new(store, connection.subscribe());
        let socket = settings.socket.clone();
        let listener =
            sockets::listen(&socket).map_err(|source| StartError::Io { path: socket.clone(), source })?;
        let jobs = Jobs::open(settings.clone())?;
        let quick = Quick { id: settings.id.to_string(), grains: Arc::clone(&grains), jobs: jobs.clone() };
        let mut background = JoinSet::new();
        let standing =
            watch::Sender::new("the agent has just begun and has not reached its master yet".into());
        let starter = Starter { connection: connection.subscribe(), standing: standing.subscribe() };
        let miner = Miner::new(connection.subscribe());
        background.spawn(sockets::serve(listener, socket, fetcher, starter, miner.clone()));
        let startup = Startup::of(settings.startup.as_ref(), &settings.state_dir);
        Ok(Self {
            settings,
            masters,
            current: 0,
            welcome: false,
            jobs,
            quick: Arc::new(quick),
            grains,
            connection,
            standing,
            endpoint: None,
            instance,
            startup,
            random: fastrand::Rng::new(),
            background,
            miner,
            _lock: lock,
        })
    }

    /// Connects, works, and connects again, until `shutdown` resolves. Workers go on; the next agent adopts them.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        tracing::info!(
            id = %self.settings.id, masters = self.addresses(), fingerprint = %self.master().identity.fingerprint(),
            version = env!("CARGO_PKG_VERSION"), "the agent begins"
        );
        tokio::select! {
            never = self.sessions() => match never {},
            () = shutdown => {}
        }
        tracing::info!("the agent ends");
        self.background.abort_all();
        if let Some(endpoint) = &self.endpoint {
            endpoint.close(quinn::VarInt::from_u32(close::GOING_AWAY), b"the agent ends");
            let _ = tokio::time::timeout(Duration::from_millis(500), endpoint.wait_idle()).await;
        }
    }

    async fn sessions(&mut self) -> Infallible {
        let mut backoff = Backoff::default();
        loop {
            let begun = tokio::time::Instant::now();
            let step = self.attempt().await;
            self.connection.send_replace(None);
            // A session that stood for a while was a good one, and its end is a new matter.
            if begun.elapsed() > GOOD_SESSION {
                backoff.reset();
            }
            let wait = match &step {
                Step::Enrol { .. } => Duration::ZERO,
                Step::Later { reason } => {
                    tracing::error!(reason, "the master refuses this agent");
                    self.standing.send_replace(format!("the master refuses this agent: {reason}"));
                    Backoff::slow(&mut self.random)
                }
                Step::Again { reason } => {
                    tracing::warn!(reason, "not connected");
                    self.standing.send_replace(format!("the agent is not connected to its master: {reason}"));
                    backoff.next(&mut self.random)
                }
                Step::Comeback(comeback) => {
                    let wait = comeback.moment(self.random.f64());
                    tracing::info!(?wait, "the master ends; the agent comes again then");
                    self.standing.send_replace("the agent is not connected: its master has ended".into());
                    wait
                }
                Step::Work { .. } | Step::Wait { .. } => backoff.next(&mut self.random),
            };
            tracing::debug!(?wait, "connecting again");
            tokio::time::sleep(wait).await;
        }
    }

    fn master(&self) -> &Known {
        &self.masters[self.current]
    }

    fn addresses(&self) -> String {
        let addresses: Vec<_> = self.masters.iter().map(|master| master.address.to_string()).collect();
        addresses.join(", ")
    }

    /// One session with the first of the masters that lets the agent work.
    async fn attempt(&mut self) -> Step {
        let mut step = Step::Again { reason: "there is no master".into() };
        for index in 0..self.masters.len() {
            self.current = index;
            self.welcome = false;
            step = self.attempt_one().await;
            // What an operator has to decide at one master is no reason to stay away from the others.
            if self.welcome || matches!(step, Step::Enrol { .. }) {
                break;
            }
            if let (Step::Again { reason } | Step::Later { reason }, Some(next)) =
                (&step, self.masters.get(index + 1))
            {
                tracing::warn!(reason, next = %next.address, "not connected: the next master is tried");
            }
        }
        step
    }

    /// One session: from finding the master to the end of the connection.
    async fn attempt_one(&mut self) -> Step {
        let master = &self.master().address;
        let again = |reason: String| Step::Again { reason };
        // The name is resolved each time: a master may move.
        let addresses: Vec<SocketAddr> =
            match tokio::net::lookup_host((master.host.as_str(), master.port)).await {
                Ok(addresses) => addresses.collect(),
                Err(error) => return again(format!("cannot find the master {master}: {error}")),
            };
        let mut reason = format!("the name of the master {master} has no address");
        for address in addresses {
            match self.connect(address).await {
                Ok(connection) => {
                    let step = self.session(&connection).await;
                    connection.close(quinn::VarInt::from_u32(close::GOING_AWAY), b"");
                    return step;
                }
                Err(error) => reason = error,
            }
        }
        again(reason)
    }

    async fn connect(&mut self, address: SocketAddr) -> Result<Connection, String> {
        let identity = self.master().identity.client(&self.settings.id).map_err(|error| error.to_string())?;
        let endpoint =
            transport::client(address, self.settings.source_address).map_err(|error| error.to_string())?;
        self.endpoint = Some(endpoint.clone());
        let connecting = transport::connect(&endpoint, address, identity, self.master().trust.pin());
        let patience = if self.masters.len() > 1 { CONNECT_BESIDE } else { CONNECT };
        match tokio::time::timeout(patience, connecting).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!(
                "no answer from the master at {address} (is it running, and is UDP port {} open?)",
                address.port()
            )),
        }
    }

    async fn session(&mut self, connection: &Connection) -> Step {
        let ended = |error: &dyn std::fmt::Display| match connection.close_reason() {
            Some(reason) => after_close(&reason),
            None => Step::Again { reason: format!("the master can't be understood: {error}") },
        };
        let (mut send, mut receive) = match connection.open_bi().await {
            Ok(streams) => streams,
            Err(error) => return ended(&error),
        };
        if let Err(error) = transport::write(&mut send, &self.hello()).await {
            return ended(&error);
        }
        loop {
            let greeting = transport::read(&mut receive);
            // With other masters to try, an agent does not wait for this one's operator.
            let waits = if self.masters.len() > 1 { DECISION } else { FOR_EVER };
            let Ok(greeting) = tokio::time::timeout(waits, greeting).await else {
                return Step::Again { reason: "its key waits to be accepted there".into() };
            };
            let greeting: Greeting = match greeting {
                Ok(greeting) => greeting,
                // The reason of the close comes right behind the end of the stream.
                Err(error) => {
                    let _ = tokio::time::timeout(Duration::from_secs(1), connection.closed()).await;
                    return ended(&error);
                }
            };
            let master = &mut self.masters[self.current];
            if let Err(error) = master.trust.pin_first() {
                return Step::Again { reason: format!("the master can't be pinned: {error}") };
            }
            match decide(greeting) {
                Step::Wait { fingerprint } => {
                    tracing::warn!(
                        fingerprint,
                        master = %self.master().trust.pin().expected().map(|pinned| pinned.to_string()).unwrap_or_default(),
                        "this agent's key waits to be accepted: compare its fingerprint and run \
                         `master keys accept {}` on the master",
                        self.settings.id
                    );
                    self.standing.send_replace(format!(
                        "this agent's key waits to be accepted: compare its fingerprint {fingerprint} and run \
                         `master keys accept {}` on the master",
                        self.settings.id
                    ));
                }
                Step::Enrol { certificate } => {
                    return match self.masters[self.current].identity.keep(&certificate) {
                        Ok(()) => {
                            tracing::info!("the master has accepted this agent");
                            Step::Enrol { certificate }
                        }
                        Err(error) => Step::Later { reason: error.to_string() },
                    };
                }
                Step::Work { id } => {
                    self.welcome = true;
                    return self.work(connection, &id).await;
                }
                refused => return refused,
            }
        }
    }

    /// Serves the master until the connection ends.
    async fn work(&mut self, connection: &Connection, id: &HostId) -> Step {
        tracing::info!(%id, master = %connection.remote_address(), "connected");
        if *id != self.settings.id {
            tracing::warn!(%id, configured = %self.settings.id, "the master knows this host by another id");
        }
        self.connection.send_replace(Some(connection.clone()));
        // They end with the session, when the set is dropped.
        let mut helpers = JoinSet::new();
        let master = self.master().trust.pin().expected();
        helpers.spawn(requests::deliver(self.jobs.clone(), master, connection.clone()));
        let (settings, grains) = (self.settings.clone(), Arc::clone(&self.grains));
        helpers.spawn(self.miner.clone().watch(settings, grains, master, connection.clone()));
        helpers.spawn(watch_grains(self.settings.clone(), Arc::clone(&self.grains), connection.clone()));
        if let Some(startup) = &self.startup {
            helpers.spawn(startup::run(Arc::clone(startup), connection.clone()));
        }
        let renewal = renewal(
            self.master()
                .identity
                .certificate()
                .map(|info| (info.not_before + BACKDATE.as_secs().cast_signed(), info.not_after)),
            self.master().identity.rest(),
            connection.clone(),
        );
        tokio::pin!(renewal);
        (self.settings.surroundings.settled)();
        let mut renewed = false;
        let mut look = tokio::time::interval(Duration::from_secs(10));
        loop {
            tokio::select! {
                stream = connection.accept_bi() => match stream {
                    Ok((send, receive)) => {
                        helpers.spawn(tasks::serve(
                            self.jobs.clone(), Arc::clone(&self.quick), master, send, receive
                        ));
                    }
                    Err(error) => return after_close(&error),
                },
                Some(_) = helpers.join_next() => {}
                certificate = &mut renewal, if !renewed => {
                    renewed = true;
                    match self.masters[self.current].identity.keep(&certificate) {
                        Ok(()) => tracing::info!("the certificate was renewed"),
                        Err(error) => tracing::error!(%error, "the renewed certificate can't be kept"),
                    }
                }
                // The new certificate is shown at the next handshake, which must not break into a job.
                _ = look.tick(), if renewed && self.jobs.is_idle() && self.jobs.undelivered(master).is_empty() => {
                    return Step::Enrol { certificate: Vec::new() };
                }
            }
        }
    }

    fn hello(&self) -> Hello {
        let grains = self.grains.read().unwrap_or_else(PoisonError::into_inner);
        Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").into(),
            id: self.settings.id.clone(),
            grains: grains.as_ref().clone(),
            jobs: self.jobs.held(self.master().trust.pin().expected()),
            join: None,
            instance: Some(self.instance),
        }
    }
}
