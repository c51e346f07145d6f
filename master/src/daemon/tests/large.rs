//! Lists that have no room in one frame.

use super::*;
use crate::daemon::fleet::Known;
use crate::database::Write;
use crate::jobs::{JobRecord, Phase};
use crate::keys::{Key, KeyState};

fn ids(count: usize) -> Vec<HostId> {
    (0..count).map(|number| format!("fp-{number:05}").parse().unwrap()).collect()
}

/// Everything that the daemon answers, up to the last word.
async fn answers(master: &Master, request: &Request) -> Vec<Response> {
    let mut client = Client::connect(&master.socket()).await.unwrap();
    client.send(request).await.unwrap();
    let mut answers = Vec::new();
    loop {
        match client.next().await.unwrap() {
            Response::Done => return answers,
            last @ Response::Event(JobEvent::Finished(_)) => {
                answers.push(last);
                return answers;
            }
            answer => answers.push(answer),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_with_many_grains_are_listed_in_parts() {
    within(async {
        let master = Master::start(true).await;
        let key = AgentKey::load_or_create(&master.folder.path().join("key")).unwrap();
        let ids = ids(300);
        for id in &ids {
            master.daemon().keyring().restore(vec![Key {
                id: id.clone(),
                fingerprint: key.fingerprint(),
                public_key: key.public_key().to_vec(),
                state: KeyState::Accepted,
                address: String::new(),
                first_seen: 1,
                last_seen: 1,
            }]);
            let grains = map([("id", id.as_str().into()), ("much", "x".repeat(80_000).as_str().into())]);
            let (version, address) = (String::new(), String::new());
            master.daemon().fleet.learn(id, Known { version, address, last_seen: 1, grains: grains.into() });
        }
        // 24 MB, and a frame has 16.
        let request = Request::Hosts { target: None, unseen: None, retired: false };
        let mut listed = Vec::new();
        for answer in answers(&master, &request).await {
            let Response::Hosts(part) = answer else { panic!("{answer:?}") };
            listed.extend(part.into_iter().map(|host| (host.id, get(&host.grains, "id").cloned())));
        }
        let expected: Vec<_> = ids.iter().map(|id| (id.clone(), Some(id.as_str().into()))).collect();
        assert_eq!(listed, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_a_large_job_are_read_in_parts() {
    within(async {
        let master = Master::start(true).await;
        let ledger = &master.daemon().ledger;
        let (ids, jid) = (ids(600), "20260101000000000000".parse::<common::id::JobId>().unwrap());
        let spec = JobSpec {
            target: None,
            batch: None,
            timeout: None,
            policy: Policy::default(),
            work: Spec::Call(CallSpec {
                function: "test.ping".into(),
                positional: Vec::new(),
                keyword: Map::new(),
            }),
            request: None,
        };
        let job = JobRecord::new(jid.clone(), spec, "root".into(), 1, Phase::Apply);
        ledger.submit(Write::NewJob { job: Box::new(job), hosts: ids.clone() }).await.unwrap();
        for host in &ids {
            let report = Report {
                jid: jid.clone(),
                prepare: false,
                outcome: Outcome::Succeeded,
                value: "x".repeat(20_000).as_str().into(),
                retcode: 0,
                unchanged: 0,
                changed: 0,
                failed: 0,
                started: 1,
                ended: 1,
            };
            drop(ledger.submit(Write::HostState {
                jid: jid.clone(),
                host: host.clone(),
                state: HostState::Succeeded,
                phase: Phase::Apply,
                prepared: false,
                reason: None,
                report: Some(Box::new(report)),
                at: 1,
            }));
        }
        ledger.submit(Write::JobEnded { jid: jid.clone(), at: 2, error: None }).await.unwrap();

        let shown = answers(&master, &Request::Job { jid: jid.clone() }).await;
        let hosts = shown.into_iter().filter_map(|answer| match answer {
            Response::Host(host) => Some(*host),
            _ => None,
        });
        let followed = answers(&master, &Request::Follow { jid }).await;
        let ended = followed.into_iter().filter_map(|answer| match answer {
            Response::Event(JobEvent::Ended(host)) => Some(*host),
            _ => None,
        });
        for hosts in [hosts.collect::<Vec<_>>(), ended.collect()] {
            assert!(hosts.iter().all(|host| host.report.is_some()));
            assert_eq!(hosts.into_iter().map(|host| host.id).collect::<Vec<_>>(), ids);
        }
    })
    .await;
}
