//! Machines with one identity, schedules, and a ledger that is too large.

use common::message::{OwnUpdate, OwnWork, RequestId};

use super::*;

/// Has a host ask for a job of its own, and yields the job that it has become.
async fn started(link: &Link, request: RequestId) -> common::id::JobId {
    let work = OwnWork::Call { function: "test.ping".into(), positional: Vec::new(), keyword: Map::new() };
    let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
    let start = AgentRequest::Start { work: Box::new(work), request: Some(request) };
    frame::write(&mut send, &start).await.unwrap();
    match frame::read(&mut recv).await.unwrap() {
        OwnUpdate::Started { jid } => jid,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_asks_twice_is_one_job() {
    within(async {
        let mut master = Master::start(true).await;
        let (mut one, mut other) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let (link, beside) = (one.come_in(&master).await, other.come_in(&master).await);
        let request = RequestId::of(7);
        // Twice at once, then again when the stream of the answer has broken, and from another host.
        let (first, second) = tokio::join!(started(&link, request), started(&link, request));
        assert_eq!(first, second);
        assert_eq!(started(&link, request).await, first);
        assert_ne!(started(&beside, request).await, first);
        assert_ne!(started(&link, RequestId::of(8)).await, first);
        // A master that was started again knows it from its ledger.
        master.restart().await;
        let link = one.come_in(&master).await;
        assert_eq!(started(&link, request).await, first);
        assert_eq!(master.daemon().ledger.jobs(10).unwrap().len(), 3);
    })
    .await;
}
use crate::database::Write;
use crate::schedules::Cron;

#[tokio::test(flavor = "multi_thread")]
async fn a_living_host_keeps_its_place_and_a_dead_one_loses_it() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        actor.instance = Some(Instance::of(&["one"]));
        let first = actor.come_in(&master).await;
        actor.instance = Some(Instance::of(&["two"]));
        // The first is asked whether it is alive, and says so.
        let (second, (_, greeting)) =
            tokio::join!(first.answer_with(Outcome::Succeeded), actor.knock(&master));
        assert!(matches!(second.work, common::message::Work::Call(call) if call.function == "test.ping"));
        let Greeting::Refused { reason, retry: false } = greeting else { panic!("{greeting:?}") };
        assert!(reason.contains("another machine is connected as fp-1"), "{reason}");
        assert!(first.connection.close_reason().is_none());
        assert!(master.daemon().fleet.double(&actor.id, crate::daemon::shared::now()).is_some());
        // The same machine takes its own place without a question.
        actor.instance = Some(Instance::of(&["one"]));
        let again = actor.come_in(&master).await;
        first.connection.closed().await;
        // One that says nothing is taken for dead.
        actor.instance = Some(Instance::of(&["two"]));
        let _other = actor.come_in(&master).await;
        again.connection.closed().await;
        assert_eq!(master.daemon().fleet.connected(), 1);
        assert!(master.daemon().ledger.jobs(10).unwrap().is_empty(), "the question is no job");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_starts_its_job_when_it_is_due() {
    within(async {
        let mut master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        let link = actor.come_in(&master).await;
        let work = Spec::Call(CallSpec { function: "test.ping".into(), ..CallSpec::default() });
        let (target, policy) = (Some("fp-*".into()), Policy::default());
        let job = Box::new(JobSpec { work, target, batch: None, policy, timeout: Some(60), request: None });
        let cron: Cron = "0 3 * * *".parse().unwrap();
        let request = Request::Schedule { name: "nightly".into(), cron, job };
        let made = Client::ask(&master.socket(), &request).await.unwrap();
        assert!(matches!(made, Response::Schedules(made) if made.len() == 1));
        let at = |text: &str| text.parse::<jiff::Zoned>().unwrap();
        let (before, between, after) =
            (at("2026-11-23T02:59[UTC]"), at("2026-11-23T03:00[UTC]"), at("2026-11-24T02:59[UTC]"));
        assert!(clock::due(master.daemon(), &between, &after).is_empty());
        assert!(clock::due(master.daemon(), &between, &before).is_empty(), "the clock was set back");
        let due = clock::due(master.daemon(), &before, &between);
        assert_eq!(due.len(), 1);
        clock::start(master.daemon(), due[0].clone()).await;
        let task = link.answer_with(Outcome::Succeeded).await;
        while !master.daemon().ledger.unfinished().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let record = master.daemon().ledger.job(&task.jid).unwrap().unwrap();
        assert_eq!(record.user, "schedule nightly");
        master.restart().await;
        let kept = master.daemon().schedules().get("nightly").cloned().unwrap();
        assert_eq!(kept.last_jid, Some(task.jid));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_jobs_go_when_the_ledger_is_too_large() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        for _ in 0..3 {
            let job = master.call("*", None).await;
            link.answer().await;
            outcome(job).await;
        }
        let _under_way = master.call("*", None).await;
        let ledger = &master.daemon().ledger;
        let count = || ledger.jobs(10).unwrap().len();
        ledger.submit(Write::Shrink { bytes: 1 << 30 }).await.unwrap();
        assert_eq!(count(), 4);
        ledger.submit(Write::Shrink { bytes: 0 }).await.unwrap();
        assert_eq!(count(), 1, "a job that is under way is never forgotten");
    })
    .await;
}
