//! Agents of other releases than the master.

use common::message::Protocol;
use common::value::Value;

use super::*;

/// A greeting with the fields that the first release knew, and no other.
#[derive(serde::Serialize)]
struct FirstHello {
    protocol: Protocol,
    version: String,
    id: HostId,
    grains: Map,
    /// What no release knows yet.
    of_tomorrow: Value,
}

/// Says hello as an agent of this protocol, and yields the master's answer.
async fn say(master: &Master, actor: &Actor, protocol: Protocol) -> (Link, Greeting) {
    let (connection, endpoint) = actor.dial(master, master.daemon().listen).await;
    let (mut send, mut recv) = connection.open_bi().await.unwrap();
    let (id, grains) = (actor.id.clone(), actor.grains.clone());
    let hello = FirstHello { protocol, version: "0.0.9".into(), id, grains, of_tomorrow: true.into() };
    frame::write(&mut send, &hello).await.unwrap();
    let greeting = frame::read(&mut recv).await.unwrap();
    (Link { connection, recv, _send: send, _endpoint: endpoint }, greeting)
}

async fn listed(master: &Master) -> crate::api::HostInfo {
    let request = Request::Hosts { target: None, unseen: None, retired: false };
    match Client::ask(&master.socket(), &request).await.unwrap() {
        Response::Hosts(mut hosts) => hosts.remove(0),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_one_release_older_or_newer_is_served() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        for minor in [0, PROTOCOL.minor + 1] {
            let (link, greeting) = say(&master, &actor, Protocol { minor, ..PROTOCOL }).await;
            assert!(matches!(greeting, Greeting::Welcome { .. }), "{greeting:?}");
            let job = master.call("*", None).await;
            link.answer().await;
            assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
            let host = listed(&master).await;
            assert_eq!((host.version.as_str(), host.refused), ("0.0.9", None));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_another_protocol_is_refused_and_the_operator_sees_why() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        for (major, cure) in [(0, "upgrade the agent"), (PROTOCOL.major + 1, "upgrade the master")] {
            let (_, greeting) = say(&master, &actor, Protocol { major, minor: 0 }).await;
            let Greeting::Refused { reason, retry: true } = greeting else { panic!("{greeting:?}") };
            assert!(reason.contains(cure) && reason.contains("0.0.9"), "{reason}");
            assert_eq!(listed(&master).await.refused, Some(reason));
        }
        // Nobody is spoken ill of by who has no certificate.
        let (_, greeting) = say(&master, &Actor::new("fp-2"), Protocol { major: 0, minor: 0 }).await;
        assert!(matches!(greeting, Greeting::Refused { .. }));
        let (_link, greeting) = actor.knock(&master).await;
        assert!(matches!(greeting, Greeting::Welcome { .. }));
        assert_eq!(listed(&master).await.refused, None, "let in, it is no news any more");
    })
    .await;
}
