//! An agent against a master that plays its part by hand.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::identity::Authority;
use common::message::{
    Greeting, Hello, ObjectHeader, Outcome, Report, Request, Stored, Task, TaskControl, TaskUpdate, Work,
};
use common::store::{Hash, Store};
use common::transport::{self, AgentVerifier, Peer, close, peer, read, write};
use common::value::Value;
use quinn::{Connection, Endpoint};
use tokio::sync::oneshot;

use super::Daemon;
use crate::cache::Bring as _;
use crate::config::{Flags, Settings};
use crate::spool::tests::call;
use crate::worker::DaemonClient;

struct Master {
    authority: Authority,
    endpoint: Endpoint,
    verifier: Arc<AgentVerifier>,
}

struct Agent {
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

impl Master {
    fn new(folder: &Path) -> Self {
        let authority = Authority::load_or_create(&folder.join("ca")).unwrap();
        let (endpoint, verifier) = transport::server("127.0.0.1:0".parse().unwrap(), &authority).unwrap();
        Self { authority, endpoint, verifier }
    }

    fn settings(&self, folder: &Path) -> Settings {
        let flags = Flags {
            id: Some("fp-1".parse().unwrap()),
            master: vec![self.endpoint.local_addr().unwrap().to_string().parse().unwrap()],
            state_dir: Some(folder.join("agent")),
            ..Flags::default()
        };
        let mut settings = Settings::load(flags).unwrap();
        settings.worker_program = "/nonexistent/agent".into();
        settings
    }

    async fn accept(&self) -> (Connection, Peer) {
        let connection = self.endpoint.accept().await.unwrap().await.unwrap();
        let peer = peer(&connection, &self.verifier).unwrap();
        (connection, peer)
    }

    /// Lets an agent that is enrolled in.
    async fn welcome(&self) -> (Connection, Hello, quinn::SendStream) {
        let (connection, peer) = self.accept().await;
        assert!(matches!(peer, Peer::Enrolled { .. }), "{peer:?}");
        let (mut send, mut receive) = connection.accept_bi().await.unwrap();
        let hello: Hello = read(&mut receive).await.unwrap();
        let welcome = Greeting::Welcome { version: "0".into(), id: hello.id.clone() };
        write(&mut send, &welcome).await.unwrap();
        (connection, hello, send)
    }

    /// Enrols an agent, by way of the operator.
    async fn enrol(&self) {
        let (connection, peer) = self.accept().await;
        let Peer::Unknown { public_key, fingerprint } = peer else { panic!("{peer:?}") };
        let (mut send, mut receive) = connection.accept_bi().await.unwrap();
        let hello: Hello = read(&mut receive).await.unwrap();
        write(&mut send, &Greeting::Pending { fingerprint: fingerprint.to_string() }).await.unwrap();
        let certificate = self.authority.sign(&public_key, &hello.id, Duration::from_secs(3600)).unwrap();
        write(&mut send, &Greeting::Accepted { certificate: certificate.to_vec() }).await.unwrap();
        connection.closed().await;
    }
}

impl Agent {
    fn start(settings: Settings) -> Self {
        let daemon = Daemon::start(settings).unwrap();
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(daemon.run(async {
            let _ = stopped.await;
        }));
        Self { stop, done }
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        self.done.await.unwrap();
    }
}

fn task(number: u32, function: &str) -> Task {
    let work = Work::Call(call(function));
    Task { jid: format!("{number:020}").parse().unwrap(), work, timeout: None }
}

/// Sends a task and reads its updates to the last. The stream ends unless the report is acknowledged.
async fn perform(connection: &Connection, task: &Task, acknowledge: bool) -> Report {
    let (mut send, mut receive) = connection.open_bi().await.unwrap();
    write(&mut send, task).await.unwrap();
    loop {
        if let TaskUpdate::Finished(report) = read(&mut receive).await.unwrap() {
            if acknowledge {
                write(&mut send, &TaskControl::Stored).await.unwrap();
                // The agent ends the stream once it has forgotten the job.
                assert!(read::<TaskUpdate>(&mut receive).await.is_err());
            }
            return *report;
        }
    }
}

/// A whole life: pinning, enrolment, a call, a report that is delivered after the connection broke, and nothing done twice.
#[tokio::test]
async fn enrols_works_and_delivers() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let settings = master.settings(folder.path());
    let agent = Agent::start(settings.clone());
    master.enrol().await;

    let (connection, hello, _first) = master.welcome().await;
    assert_eq!(hello.jobs, []);
    let pinned = std::fs::read_to_string(settings.state_dir.join("master.fingerprint")).unwrap();
    assert_eq!(pinned.trim(), master.authority.fingerprint().to_string());
    let ping = perform(&connection, &task(1, "test.ping"), true).await;
    assert_eq!((ping.outcome, ping.value), (Outcome::Succeeded, Value::Bool(true)));

    // No worker can be started here, which ends a job like a crash of its worker.
    let lost = perform(&connection, &task(2, "cmd.run"), false).await;
    assert_eq!(lost.outcome, Outcome::Lost);
    assert!(lost.value.to_string().contains("no worker could be started"), "{}", lost.value);
    connection.close(close::GOING_AWAY.into(), b"restart");

    let (connection, hello, _first) = master.welcome().await;
    assert_eq!(hello.jobs.len(), 1);
    assert!(hello.jobs[0].finished);
    let (mut send, mut receive) = connection.accept_bi().await.unwrap();
    let request: Request = read(&mut receive).await.unwrap();
    let Request::Deliver { report } = request else { panic!("{request:?}") };
    assert_eq!(*report, lost);
    write(&mut send, &Stored {}).await.unwrap();
    let again = loop {
        let again = perform(&connection, &task(2, "cmd.run"), false).await;
        // Until the agent has read the answer above, it has the report still.
        if again != lost {
            break again;
        }
    };
    assert!(again.value.to_string().contains("run the job before"), "{}", again.value);
    agent.stop().await;
    assert!(!settings.socket.exists());
}

#[tokio::test]
async fn brings_objects_for_workers() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let settings = master.settings(folder.path());
    let agent = Agent::start(settings.clone());
    master.enrol().await;
    let (connection, _, _first) = master.welcome().await;

    let contents: Vec<Vec<u8>> =
        (0..300u32).map(|number| number.to_le_bytes().repeat(number as usize)).collect();
    let hashes: Vec<_> = contents.iter().map(|content| Hash::of(content)).collect();
    let asked = |hashes: Vec<Hash>| {
        let client = DaemonClient::new(settings.socket.clone());
        tokio::task::spawn_blocking(move || client.bring(&hashes))
    };
    let serve = async {
        loop {
            let (mut send, mut receive) = connection.accept_bi().await.unwrap();
            let request: Request = read(&mut receive).await.unwrap();
            let Request::Objects { hashes: wanted } = request else { panic!("{request:?}") };
            for hash in wanted {
                let content = contents.iter().find(|content| Hash::of(content) == hash);
                let header = ObjectHeader { size: content.map(|content| content.len() as u64) };
                write(&mut send, &header).await.unwrap();
                send.write_all(content.map_or(&[], Vec::as_slice)).await.unwrap();
            }
            send.finish().unwrap();
        }
    };
    tokio::pin!(serve);
    // Two workers ask for the same at once.
    let (first, second) = (asked(hashes.clone()), asked(hashes.clone()));
    tokio::select! {
        never = &mut serve => never,
        done = async { (first.await.unwrap(), second.await.unwrap()) } => assert_eq!(done, (Ok(()), Ok(()))),
    }
    let store = Store::open(&settings.state_dir.join("cache")).unwrap();
    assert!(hashes.iter().all(|hash| store.contains(*hash)));
    let unknown = asked(vec![Hash::of(b"unknown")]);
    tokio::select! {
        never = &mut serve => never,
        done = unknown => assert!(done.unwrap().unwrap_err().contains("does not have object")),
    }
    agent.stop().await;
}

/// A report that the master could not take is offered again over the same connection.
#[tokio::test]
async fn offers_a_report_again() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let agent = Agent::start(master.settings(folder.path()));
    master.enrol().await;
    let (connection, _, _first) = master.welcome().await;
    let lost = perform(&connection, &task(1, "cmd.run"), false).await;
    let offered = async || {
        let (send, mut receive) = connection.accept_bi().await.unwrap();
        let request: Request = read(&mut receive).await.unwrap();
        let Request::Deliver { report } = request else { panic!("{request:?}") };
        (*report, send)
    };
    let (first, mut send) = offered().await;
    send.reset(1u32.into()).unwrap();
    let again = tokio::time::timeout(Duration::from_secs(30), offered()).await;
    let (again, mut send) = again.expect("the report is not offered again");
    assert_eq!((&first, &again), (&lost, &lost));
    write(&mut send, &Stored {}).await.unwrap();
    agent.stop().await;
}

/// A master that falls silent within an answer is asked again; what a worker wanted that is gone is fetched no more.
#[tokio::test]
async fn does_not_wait_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let settings = master.settings(folder.path());
    let agent = Agent::start(settings.clone());
    master.enrol().await;
    let (connection, _, _first) = master.welcome().await;
    let wanted = async || {
        let (send, mut receive) = connection.accept_bi().await.unwrap();
        let request: Request = read(&mut receive).await.unwrap();
        assert!(matches!(request, Request::Objects { .. }), "{request:?}");
        send
    };
    let hashes = vec![Hash::of(b"content")];

    let mut worker = tokio::net::UnixStream::connect(&settings.socket).await.unwrap();
    write(&mut worker, &super::Ask::Objects { hashes: hashes.clone() }).await.unwrap();
    let send = wanted().await;
    drop(worker);
    let stopped = tokio::time::timeout(Duration::from_secs(2), send.stopped()).await;
    assert!(stopped.is_ok(), "what a worker wanted that is gone is still waited for");

    let client = DaemonClient::new(settings.socket.clone());
    let asked = tokio::task::spawn_blocking(move || client.bring(&hashes));
    let mut silent = wanted().await;
    write(&mut silent, &ObjectHeader { size: Some(7) }).await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(30), wanted()).await;
    let mut send = again.expect("a silent master is waited for without end");
    write(&mut send, &ObjectHeader { size: Some(7) }).await.unwrap();
    send.write_all(b"content").await.unwrap();
    assert_eq!(asked.await.unwrap(), Ok(()));
    agent.stop().await;
}

/// What a state run starts can tell inside which job it is; what a command starts need not wait and is not told.
#[tokio::test]
async fn state_runs_name_their_job() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let mut settings = master.settings(folder.path());
    let (worker, told) = (folder.path().join("worker"), folder.path().join("told"));
    let variable = crate::jobs::JOB_VARIABLE;
    std::fs::write(
        &worker,
        format!("#!/bin/sh\necho \"<${variable}>\" > '{}'\nread key && echo done\n", told.display()),
    )
    .unwrap();
    std::fs::set_permissions(&worker, std::fs::Permissions::from_mode(0o700)).unwrap();
    settings.worker_program = worker;
    let agent = Agent::start(settings);
    master.enrol().await;
    let (connection, _, _first) = master.welcome().await;
    let run = task(1, "state.apply");
    perform(&connection, &run, true).await;
    assert_eq!(std::fs::read_to_string(&told).unwrap().trim(), format!("<{}>", run.jid));
    perform(&connection, &task(2, "cmd.run"), true).await;
    assert_eq!(std::fs::read_to_string(&told).unwrap().trim(), "<>");
    agent.stop().await;
}

#[tokio::test]
async fn one_agent_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let _first = Daemon::start(master.settings(folder.path())).unwrap();
    let second = Daemon::start(master.settings(folder.path()));
    assert!(second.err().unwrap().to_string().starts_with("another agent runs in "));
}

/// Another master under the same address is not believed.
#[tokio::test]
async fn the_pinned_master_is_the_only_one() {
    let folder = tempfile::tempdir().unwrap();
    let master = Master::new(folder.path());
    let mut settings = master.settings(folder.path());
    settings.masters[0].fingerprint = Some(common::identity::Fingerprint::of(b"another"));
    let agent = Agent::start(settings);
    let handshake = master.endpoint.accept().await.unwrap().await;
    assert!(handshake.is_err(), "the agent has taken a master that it does not trust");
    agent.stop().await;
}
