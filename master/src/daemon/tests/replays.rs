//! What was said before and is said again: by somebody who has kept it, or by an agent that heard no answer.

use super::*;

/// Sends the bytes of a frame on a stream of their own, and reads the answer.
async fn replay(link: &Link, bytes: &[u8]) -> Stored {
    let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
    send.write_all(bytes).await.unwrap();
    let _ = send.finish();
    frame::read(&mut recv).await.unwrap()
}

/// The hosts of a job, with their reports.
fn hosts(master: &Master, task: &Task) -> Vec<HostRecord> {
    master.daemon().ledger.job_hosts(&task.jid, true).unwrap()
}

/// All that the ledger has of a job.
fn ledger(master: &Master, task: &Task) -> String {
    format!("{:?}\n{:?}", master.daemon().ledger.job(&task.jid).unwrap(), hosts(master, task))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captured_report_of_another_job_changes_no_ledger() {
    within(async {
        let master = Master::start(true).await;
        let (link, beside) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("fp-2").come_in(&master).await);
        let job = master.call("fp-1", None).await;
        let (first, mut send, mut recv) = link.task().await;
        // What somebody has kept of the first job, as a task's answer and as a late delivery.
        let finished = frame::encode(&TaskUpdate::Finished(Box::new(report(&first)))).unwrap();
        let late = Box::new(Report { outcome: Outcome::Failed, ..report(&first) });
        let late = frame::encode(&AgentRequest::Deliver { report: late }).unwrap();
        send.write_all(&finished).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        outcome(job).await;
        let before = ledger(&master, &first);

        let job = master.call("fp-1", None).await;
        let (second, mut send, mut recv) = link.task().await;
        send.write_all(&finished).await.unwrap();
        assert!(frame::read::<TaskControl>(&mut recv).await.is_err());
        for other in [&link, &beside, &link] {
            replay(other, &late).await;
        }
        assert_eq!(ledger(&master, &first), before);
        let rows = hosts(&master, &second);
        assert_eq!((rows.len(), &rows[0].report), (1, &None));
        // The second job ends with what is said in it, and with nothing else.
        let task = link.answer_with(Outcome::Succeeded).await;
        assert_eq!(task.jid, second.jid);
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
        assert_eq!(ledger(&master, &first), before);
        let value = hosts(&master, &second).remove(0).report.unwrap().value;
        assert_eq!(value, common::value::Value::from("what it printed"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_delivered_twice_is_acknowledged_and_counts_once() {
    within(async {
        let master = Master::start(true).await;
        let (link, other) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("fp-2").come_in(&master).await);
        let mut job = master.call("*", None).await;
        let (task, send, recv) = link.task().await;
        drop((send, recv));
        let kept = frame::encode(&AgentRequest::Deliver { report: Box::new(report(&task)) }).unwrap();
        // Two at once, one when it is known, and one when the job is over.
        tokio::join!(replay(&link, &kept), replay(&link, &kept));
        replay(&link, &kept).await;
        other.answer().await;
        let (mut ends, mut counted) = (Vec::new(), None);
        while counted.is_none() {
            match job.next().await.unwrap() {
                Response::Event(JobEvent::Ended(host)) => ends.push(host.id.to_string()),
                Response::Event(JobEvent::Finished(job)) => counted = Some(job.counts),
                _ => {}
            }
        }
        ends.sort();
        assert_eq!(ends, ["fp-1", "fp-2"], "each host ends once");
        let before = ledger(&master, &task);
        replay(&link, &kept).await;
        assert_eq!(ledger(&master, &task), before);
        let counts = counted.unwrap();
        assert_eq!((counts.total(), counts.get(HostState::Succeeded)), (2, 2));
        let rows = hosts(&master, &task);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].report.as_deref(), Some(&report(&task)));
    })
    .await;
}
