//! How a job rolls out, through the daemon and its database.

use common::id::JobId;

use super::*;
use crate::jobs::{FailureLimit, JobRecord, Offline};

async fn ask_job(master: &Master, jid: &JobId) -> JobRecord {
    let mut client = Client::connect(&master.socket()).await.unwrap();
    client.send(&Request::Job { jid: jid.clone() }).await.unwrap();
    let Response::Jobs(mut jobs) = client.next().await.unwrap() else { panic!() };
    jobs.remove(0)
}

fn reason(host: &HostRecord) -> &str {
    host.reason.as_deref().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_that_does_not_pass_its_verification_is_the_last() {
    within(async {
        let master = Master::start(true).await;
        let (mut first, mut second) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        let policy = Policy {
            verify: Some("service proxy status".into()),
            max_failures: Some(FailureLimit::Count(0)),
            ..Policy::default()
        };
        let job = master.call_with("*", Some("1".parse().unwrap()), policy).await;
        let task = links.0.answer_with(Outcome::Succeeded).await;
        let check = links.0.answer_with(Outcome::Failed).await;
        assert_ne!(check.jid, task.jid, "the verification is a job of its own");
        let hosts = outcome(job).await;
        assert_eq!(states(&hosts), [HostState::Failed, HostState::Cancelled]);
        assert_eq!(reason(&hosts[0]), "verification: the command ended with 1: what it printed");
        assert!(reason(&hosts[1]).contains("the rollout stopped"), "{}", reason(&hosts[1]));
        let record = ask_job(&master, &task.jid).await;
        assert!(record.stopped.unwrap().contains("1 of 1 host had failed"));
        assert_eq!(ask_job(&master, &check.jid).await.parent, Some(task.jid));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_is_paused_after_a_restart_and_goes_on() {
    within(async {
        let mut master = Master::start(true).await;
        let (mut first, mut second) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        let job = master.call("*", Some("1".parse().unwrap())).await;
        let (task, mut send, mut recv) = links.0.task().await;
        let pause = |paused| Request::Pause { jid: task.jid.clone(), paused };
        Client::ask(&master.socket(), &pause(true)).await.unwrap();
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(report(&task)))).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        drop((job, links));
        master.restart().await;
        let link = second.come_in(&master).await;
        let record = ask_job(&master, &task.jid).await;
        assert!(record.paused);
        assert_eq!(record.counts.get(HostState::Queued), 1);
        let mut client = Client::connect(&master.socket()).await.unwrap();
        client.send(&Request::Follow { jid: task.jid.clone() }).await.unwrap();
        Client::ask(&master.socket(), &pause(false)).await.unwrap();
        link.answer().await;
        assert_eq!(states(&outcome(client).await), [HostState::Succeeded, HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_away_gets_the_job_when_it_comes() {
    within(async {
        let master = Master::start(true).await;
        let (mut there, mut away) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let link = there.come_in(&master).await;
        drop(away.come_in(&master).await);
        while master.daemon().fleet.connected() != 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let policy = Policy { offline: Offline::Wait, ..Policy::default() };
        let job = master.call_with("*", None, policy).await;
        let task = link.answer_with(Outcome::Succeeded).await;
        assert_eq!(ask_job(&master, &task.jid).await.counts.get(HostState::Queued), 1);
        away.come_in(&master).await.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded, HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_names_the_hosts_of_an_earlier_job_by_their_outcome() {
    within(async {
        let master = Master::start(true).await;
        let (mut first, mut second) = (Actor::new("fp-1"), Actor::new("fp-2"));
        let links = (first.come_in(&master).await, second.come_in(&master).await);
        let job = master.call("*", None).await;
        let task = links.0.answer_with(Outcome::Failed).await;
        links.1.answer_with(Outcome::Succeeded).await;
        outcome(job).await;
        let names = async |target: String| -> Result<Vec<String>, String> {
            let selected = launch::select(master.daemon(), Some(target)).await;
            let (hosts, _) = selected.map_err(|failure| failure.to_string())?;
            Ok(hosts.into_iter().map(|host| host.id.to_string()).collect())
        };
        assert_eq!(names(format!("job:{}:failed", task.jid)).await.unwrap(), ["fp-1"]);
        assert_eq!(names("fp-* and not job:last:bad".into()).await.unwrap(), ["fp-2"]);
        assert_eq!(names("job:last:failed,succeeded".into()).await.unwrap(), ["fp-1", "fp-2"]);
        assert!(names("job:last:changed".into()).await.unwrap_err().contains("matches none"));
        assert!(names("job:last:broken".into()).await.unwrap_err().contains("\"broken\" is no state"));
        assert!(
            names("job:20200101000000000000:failed".into()).await.unwrap_err().contains("there is no job")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_itself_is_refused() {
    within(async {
        let master = Master::start(true).await;
        let _link = Actor::new("fp-1").come_in(&master).await;
        let refused = async |policy: Policy| {
            let work = Spec::Call(CallSpec { function: "test.ping".into(), ..CallSpec::default() });
            let job =
                Box::new(JobSpec { work, target: None, batch: None, policy, timeout: None, request: None });
            match Client::ask(&master.socket(), &Request::Start { job, join: false }).await {
                Err(error) => error.to_string(),
                Ok(other) => panic!("{other:?}"),
            }
        };
        let policy = Policy::default;
        assert!(refused(Policy { canary: Some(0), ..policy() }).await.contains("--canary 0"));
        assert!(refused(Policy { expire: Some(60), ..policy() }).await.contains("--offline wait"));
        assert!(refused(Policy { hold: u64::MAX, ..policy() }).await.contains("--hold is too long"));
        assert!(
            refused(Policy { verify: Some(" ".into()), ..policy() })
                .await
                .contains("--verify has no command")
        );
    })
    .await;
}
