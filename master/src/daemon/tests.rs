//! The daemon with agents that are played by the test, over real connections.

mod certificates;
mod hostile;
mod large;
mod life;
mod replays;
mod rollout;
mod scene;
mod scoped;
mod slow;
mod versions;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::id::HostId;
use common::identity::{AgentKey, TokenSecret};
use common::message::{
    Greeting, Hello, Instance, Outcome, PROTOCOL, Report, Request as AgentRequest, Stored, Task, TaskControl,
    TaskUpdate,
};
use common::transport::{ClientIdentity, Pin, client, close, connect, frame};
use common::value::{Map, get, map};
use quinn::Connection;
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

use self::scene::*;
use super::serve::{Running, start};
use super::{clock, launch};
use crate::api::{Client, FailureKind, JobEvent, KeyAction, Request, Response};
use crate::config::{Config, Roots};
use crate::jobs::{Batch, CallSpec, HostRecord, HostState, JobSpec, Policy, Spec};
use crate::pillar::PillarCompiler;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_waits_is_accepted_works_and_is_cut_off() {
    within(async {
        let master = Master::start(false).await;
        let mut actor = Actor::new("fp-1");
        let (mut link, greeting) = actor.knock(&master).await;
        let Greeting::Pending { fingerprint } = greeting else { panic!("{greeting:?}") };
        assert_eq!(fingerprint, actor.key.fingerprint().to_string());
        assert_eq!(master.keys(KeyAction::Accept, "fp-*").await, 1);
        let Greeting::Accepted { certificate } = frame::read(&mut link.recv).await.unwrap() else { panic!() };
        actor.certificate = Some(CertificateDer::from(certificate));

        let link = actor.come_in(&master).await;
        let job = master.call("*", None).await;
        link.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);

        assert_eq!(master.keys(KeyAction::Delete, "fp-1").await, 1);
        let quinn::ConnectionError::ApplicationClosed(closed) = link.connection.closed().await else {
            panic!()
        };
        assert_eq!(closed.error_code, close::KEY_REVOKED.into());
        let (_, greeting) = actor.knock(&master).await;
        let Greeting::Refused { reason, retry: false } = greeting else { panic!("{greeting:?}") };
        assert!(reason.contains("deleted"), "{reason}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_key_without_its_certificate_gets_a_new_one() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        actor.certificate = None;
        actor.come_in(&master).await;
        // Another key with the same id stays out.
        let (_, greeting) = Actor::new("fp-1").knock(&master).await;
        assert!(matches!(greeting, Greeting::Refused { retry: true, .. }), "{greeting:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_drops_delivers_when_it_is_back() {
    within(async {
        let master = Master::start(true).await;
        let (mut there, mut away) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let link = there.come_in(&master).await;
        drop(away.come_in(&master).await);
        while master.daemon().fleet.connected() != 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut job = master.call("*", None).await;
        let (task, send, recv) = link.task().await;
        drop((send, recv));
        link.connection.close(0u32.into(), b"");
        // The daemon has just started, so the other host is given a moment, in which it comes.
        away.come_in(&master).await.answer().await;
        let link = there.come_in(&master).await;
        let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
        frame::write(&mut send, &AgentRequest::Deliver { report: Box::new(report(&task)) }).await.unwrap();
        let _: Stored = frame::read(&mut recv).await.unwrap();
        let hosts =
            outcome(std::mem::replace(&mut job, Client::connect(&master.socket()).await.unwrap())).await;
        assert_eq!(states(&hosts), [HostState::Succeeded, HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_on_after_a_restart() {
    within(async {
        let mut master = Master::start(true).await;
        let (mut first, mut second) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        let job = master.call("*", Some("1".parse().unwrap())).await;
        let (task, ..) = links.0.task().await;
        drop((job, links));
        master.restart().await;
        let mut client = Client::connect(&master.socket()).await.unwrap();
        client.send(&Request::Follow { jid: task.jid.clone() }).await.unwrap();
        let Response::Attached(attached) = client.next().await.unwrap() else { panic!() };
        assert_eq!(attached.hosts.len(), 2);
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        // The same task comes again to the host that had it, and only then the other's.
        links.0.answer().await;
        links.1.answer().await;
        assert_eq!(states(&outcome(client).await), [HostState::Succeeded, HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_kills_what_is_under_way() {
    within(async {
        let master = Master::start(true).await;
        let (mut first, mut second) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        let job = master.call("*", Some("1".parse().unwrap())).await;
        let (task, mut send, mut recv) = links.0.task().await;
        let cancelled = Client::ask(&master.socket(), &Request::Cancel { jid: task.jid.clone() }).await;
        assert!(matches!(cancelled, Ok(Response::Done)));
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Kill);
        let killed = Report { outcome: Outcome::Killed, ..report(&task) };
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(killed))).await.unwrap();
        assert_eq!(states(&outcome(job).await), [HostState::Cancelled, HostState::Cancelled]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused() {
    within(async {
        let master = Master::start(true).await;
        let kind = async |target: &str| {
            let work = Spec::Call(CallSpec { function: "test.ping".into(), ..CallSpec::default() });
            let job = Box::new(JobSpec {
                work,
                target: Some(target.into()),
                batch: None,
                policy: Policy::default(),
                timeout: None,
                request: None,
            });
            match Client::ask(&master.socket(), &Request::Start { job, join: false }).await {
                Err(crate::api::ApiError::Failed(failure)) => failure.kind,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(kind("*").await, FailureKind::NothingMatched);
        let mut actor = Actor::new("fp-1");
        let _link = actor.come_in(&master).await;
        assert_eq!(kind("web-*").await, FailureKind::NothingMatched);
        assert_eq!(kind("fp-* and").await, FailureKind::Usage);
        let work = Spec::Call(CallSpec { function: "test.ping".into(), ..CallSpec::default() });
        let job = Box::new(JobSpec {
            work,
            target: None,
            batch: None,
            policy: Policy::default(),
            timeout: Some(u64::MAX),
            request: None,
        });
        let Err(error) = Client::ask(&master.socket(), &Request::Start { job, join: false }).await else {
            panic!()
        };
        assert!(error.to_string().contains("at most 30 days"), "{error}");

        // An oversized first frame ends the connection, and nothing else.
        let endpoint = client(master.daemon().listen, None).unwrap();
        let certificate = actor.key.self_signed(&actor.id).unwrap();
        let identity = ClientIdentity { certificate, key: actor.key.private_key() };
        let pin = Arc::new(Pin::new(None));
        let connection = connect(&endpoint, master.daemon().listen, identity, &pin).await.unwrap();
        let (mut send, _recv) = connection.open_bi().await.unwrap();
        send.write_all(&[0xff; 64]).await.unwrap();
        let quinn::ConnectionError::ApplicationClosed(closed) = connection.closed().await else { panic!() };
        assert_eq!(closed.error_code, close::PROTOCOL_ERROR.into());
        assert_eq!(master.daemon().fleet.connected(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_cannot_be_written_is_not_acknowledged() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        let job = master.call("*", None).await;
        let (task, mut send, mut recv) = link.task().await;
        let database = rusqlite::Connection::open(master.folder.path().join("state/master.db")).unwrap();
        database.busy_timeout(PATIENCE).unwrap();
        let broken = "CREATE TRIGGER broken BEFORE UPDATE OF report ON job_hosts BEGIN SELECT RAISE(ABORT, 'full'); END";
        database.execute_batch(broken).unwrap();
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(report(&task)))).await.unwrap();
        assert!(frame::read::<TaskControl>(&mut recv).await.is_err());
        outcome(job).await;
        let row = || master.daemon().ledger.job_hosts(&task.jid, true).unwrap().remove(0);
        assert_eq!((row().state, row().report), (HostState::Sent, None), "all of a write or nothing");

        database.execute_batch("DROP TRIGGER broken").unwrap();
        let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
        frame::write(&mut send, &AgentRequest::Deliver { report: Box::new(report(&task)) }).await.unwrap();
        let _: Stored = frame::read(&mut recv).await.unwrap();
        assert_eq!((row().state, row().report), (HostState::Succeeded, Some(Box::new(report(&task)))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_door_keeps_strangers_out_and_lets_hosts_in() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        let door = &master.daemon().door;
        let _all = door.acquire_many(1024).await.unwrap();
        let (_, greeting) = Actor::new("fp-2").knock(&master).await;
        assert!(matches!(greeting, Greeting::Refused { retry: true, .. }), "{greeting:?}");
        actor.come_in(&master).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_cannot_be_written_cuts_off_and_can_be_given_again() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        let database = rusqlite::Connection::open(master.folder.path().join("state/master.db")).unwrap();
        database.busy_timeout(PATIENCE).unwrap();
        let broken = "CREATE TRIGGER broken BEFORE DELETE ON keys BEGIN SELECT RAISE(ABORT, 'full'); END";
        database.execute_batch(broken).unwrap();
        let delete = Request::Keys { action: KeyAction::Delete, pattern: "fp-1".into() };
        assert!(Client::ask(&master.socket(), &delete).await.is_err());
        link.connection.closed().await;
        database.execute_batch("DROP TRIGGER broken").unwrap();
        assert_eq!(master.keys(KeyAction::Delete, "fp-1").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_claims_another_id_gets_its_own_pillar() {
    within(async {
        let mut master = Master::start(true).await;
        let pillar = master.folder.path().join("pillar");
        std::fs::create_dir_all(&pillar).unwrap();
        std::fs::write(pillar.join("top.sls"), "base:\n  '*':\n    - whose\n").unwrap();
        std::fs::write(pillar.join("whose.sls"), "whose: {{ grains['id'] }}\n").unwrap();
        let mut actor = Actor::new("fp-1");
        actor.grains = map([("id", "fp-2".into())]);
        let link = actor.come_in(&master).await;
        let whose = async |master: &Master| {
            let (hosts, _) = launch::select(master.daemon(), Some("G@id:fp-1".into())).await.unwrap();
            let config = master.daemon().config();
            let compiling = move || PillarCompiler::new(&config).compile(&hosts[0], "base", &Map::new());
            let pillar = tokio::task::spawn_blocking(compiling).await.unwrap().unwrap();
            get(&pillar, "whose").cloned()
        };
        assert_eq!(whose(&master).await, Some("fp-1".into()));
        let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
        frame::write(&mut send, &AgentRequest::Grains { grains: actor.grains.clone() }).await.unwrap();
        let _: Stored = frame::read(&mut recv).await.unwrap();
        assert_eq!(whose(&master).await, Some("fp-1".into()));
        master.restart().await;
        assert_eq!(whose(&master).await, Some("fp-1".into()));
    })
    .await;
}

/// Prints how long a trivial call takes on many agents (as many as LANTERN_AGENTS says, else 1000); run with
/// `--run-ignored only --no-capture`, in release.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn fan_out() {
    let count = std::env::var("LANTERN_AGENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let master = Master::start(true).await;
    let mut links = Vec::with_capacity(count);
    for number in 0..count {
        let mut actor = Actor::new(&format!("h{number}"));
        let link = actor.come_in(&master).await;
        links.push(tokio::spawn(async move {
            loop {
                link.answer().await;
            }
        }));
    }
    for _ in 0..5 {
        let begin = std::time::Instant::now();
        let job = master.call("*", None).await;
        let hosts = outcome(job).await;
        println!("{} hosts in {:?}", hosts.len(), begin.elapsed());
    }
}
