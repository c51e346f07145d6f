//! A master, agents that a test plays, and what they say to each other.

use super::*;

/// What a test waits for at most: far more than anything here takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Master {
    pub(super) folder: TempDir,
    pub(super) running: Option<Running>,
}

impl Master {
    pub(super) async fn start(auto_accept: bool) -> Self {
        let mut master = Self { folder: tempfile::tempdir().unwrap(), running: None };
        let config = master.config(auto_accept);
        master.running = Some(start(config).await.unwrap());
        master
    }

    pub(super) fn config(&self, auto_accept: bool) -> Config {
        let root = self.folder.path();
        Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            state_dir: root.join("state"),
            socket: self.socket(),
            auto_accept,
            pillar_roots: Roots::from([("base".into(), vec![root.join("pillar")])]),
            ..Config::default()
        }
    }

    pub(super) async fn restart(&mut self) {
        self.running.take().unwrap().stop().await;
        self.running = Some(start(self.config(true)).await.unwrap());
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("master.sock")
    }

    pub(super) fn daemon(&self) -> &Arc<crate::daemon::Daemon> {
        &self.running.as_ref().unwrap().daemon
    }

    pub(super) async fn keys(&self, action: KeyAction, pattern: &str) -> usize {
        let request = Request::Keys { action, pattern: pattern.into() };
        match Client::ask(&self.socket(), &request).await.unwrap() {
            Response::Keys(keys) => keys.len(),
            other => panic!("{other:?}"),
        }
    }

    /// Starts a job; yields its events' connection.
    pub(super) async fn call(&self, target: &str, batch: Option<Batch>) -> Client {
        self.call_with(target, batch, Policy::default()).await
    }

    pub(super) async fn call_with(&self, target: &str, batch: Option<Batch>, policy: Policy) -> Client {
        let work = Spec::Call(CallSpec { function: "test.ping".into(), ..CallSpec::default() });
        self.begin(work, target, batch, policy).await
    }

    pub(super) async fn begin(
        &self,
        work: Spec,
        target: &str,
        batch: Option<Batch>,
        policy: Policy,
    ) -> Client {
        let job = Box::new(JobSpec {
            work,
            target: Some(target.into()),
            batch,
            policy,
            timeout: Some(60),
            request: None,
        });
        let mut client = Client::connect(&self.socket()).await.unwrap();
        client.send(&Request::Start { job, join: false }).await.unwrap();
        let Response::Attached(_) = client.next().await.unwrap() else { panic!() };
        client
    }
}

/// The hosts of a job when it has ended, by id.
pub(super) async fn outcome(mut client: Client) -> Vec<HostRecord> {
    let mut hosts: Vec<HostRecord> = Vec::new();
    loop {
        match client.next().await.unwrap() {
            Response::Event(JobEvent::Ended(host)) => {
                hosts.retain(|known| known.id != host.id);
                hosts.push(*host);
            }
            Response::Event(JobEvent::Finished(job)) => {
                assert_eq!(job.counts.total() as usize, hosts.len());
                hosts.sort_by(|left, right| left.id.cmp(&right.id));
                return hosts;
            }
            _ => {}
        }
    }
}

pub(super) fn states(hosts: &[HostRecord]) -> Vec<HostState> {
    hosts.iter().map(|host| host.state).collect()
}

/// An agent that the test plays.
pub(super) struct Actor {
    pub(super) id: HostId,
    pub(super) key: AgentKey,
    pub(super) certificate: Option<CertificateDer<'static>>,
    pub(super) grains: Map,
    pub(super) join: Option<TokenSecret>,
    pub(super) instance: Option<Instance>,
    pub(super) _folder: TempDir,
}

/// An agent's connection, with its first stream.
pub(super) struct Link {
    pub(super) connection: Connection,
    pub(super) recv: quinn::RecvStream,
    pub(super) _send: quinn::SendStream,
    pub(super) _endpoint: quinn::Endpoint,
}

impl Actor {
    pub(super) fn new(id: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = AgentKey::load_or_create(&folder.path().join("agent.key")).unwrap();
        let grains = map([("id", id.into())]);
        let (certificate, join, instance) = (None, None, None);
        Self { id: id.parse().unwrap(), key, certificate, grains, join, instance, _folder: folder }
    }

    pub(super) async fn knock(&self, master: &Master) -> (Link, Greeting) {
        let (connection, endpoint) = self.dial(master, master.daemon().listen).await;
        let (mut send, mut recv) = connection.open_bi().await.unwrap();
        frame::write(&mut send, &self.hello()).await.unwrap();
        let greeting = frame::read(&mut recv).await.unwrap();
        (Link { connection, recv, _send: send, _endpoint: endpoint }, greeting)
    }

    /// Says hello to a master that closes the connection instead of answering, and yields why.
    pub(super) async fn say_hello(&self, master: &Master) -> Option<quinn::ConnectionError> {
        let (connection, _endpoint) = self.dial(master, master.daemon().listen).await;
        let (mut send, mut recv) = connection.open_bi().await.unwrap();
        let _ = frame::write(&mut send, &self.hello()).await;
        let greeting: Result<Greeting, _> = frame::read(&mut recv).await;
        greeting.is_err().then(|| connection.close_reason())?
    }

    /// Connects to a master at this address.
    pub(super) async fn dial(
        &self,
        master: &Master,
        address: std::net::SocketAddr,
    ) -> (Connection, quinn::Endpoint) {
        let endpoint = client(address, None).unwrap();
        let certificate = match &self.certificate {
            Some(certificate) => certificate.clone(),
            None => self.key.self_signed(&self.id).unwrap(),
        };
        let identity = ClientIdentity { certificate, key: self.key.private_key() };
        let pin = Arc::new(Pin::new(Some(master.daemon().authority.fingerprint())));
        (connect(&endpoint, address, identity, &pin).await.unwrap(), endpoint)
    }

    pub(super) fn hello(&self) -> Hello {
        Hello {
            protocol: PROTOCOL,
            version: "0".into(),
            id: self.id.clone(),
            grains: self.grains.clone(),
            jobs: Vec::new(),
            join: self.join.clone(),
            instance: self.instance,
        }
    }

    /// Enrols with a master that accepts every key, and comes in.
    pub(super) async fn come_in(&mut self, master: &Master) -> Link {
        if self.certificate.is_none() {
            let (_, greeting) = self.knock(master).await;
            let Greeting::Accepted { certificate } = greeting else { panic!("{greeting:?}") };
            self.certificate = Some(CertificateDer::from(certificate));
        }
        let (link, greeting) = self.knock(master).await;
        assert!(matches!(greeting, Greeting::Welcome { .. }), "{greeting:?}");
        link
    }
}

impl Link {
    /// The next task, and its stream.
    pub(super) async fn task(&self) -> (Task, quinn::SendStream, quinn::RecvStream) {
        let (send, mut recv) = self.connection.accept_bi().await.unwrap();
        (frame::read(&mut recv).await.unwrap(), send, recv)
    }

    /// Answers the next task; returns when the master has stored the report.
    pub(super) async fn answer(&self) {
        self.answer_with(Outcome::Succeeded).await;
    }

    /// Answers the next task with this outcome; returns the task when the master has stored the report.
    pub(super) async fn answer_with(&self, outcome: Outcome) -> Task {
        let (task, mut send, mut recv) = self.task().await;
        frame::write(&mut send, &TaskUpdate::Started { pid: 1 }).await.unwrap();
        let retcode = i32::from(outcome != Outcome::Succeeded);
        let report = Report { outcome, retcode, value: "what it printed".into(), ..report(&task) };
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(report))).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        task
    }
}

pub(super) fn report(task: &Task) -> Report {
    Report {
        jid: task.jid.clone(),
        prepare: false,
        outcome: Outcome::Succeeded,
        value: true.into(),
        retcode: 0,
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: 1,
        ended: 2,
    }
}

pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}
