//! What agents that have been taken over, and strangers, can't do. `SECURITY.md` names these tests beside its claims.

use common::message::{OwnUpdate, OwnWork};

use super::*;

/// What an agent asks, and the answer's stream.
async fn ask<T: serde::Serialize>(link: &Link, request: &T) -> quinn::RecvStream {
    let (mut send, recv) = link.connection.open_bi().await.unwrap();
    frame::write(&mut send, request).await.unwrap();
    let _ = send.finish();
    recv
}

/// Whether the stream ends without an answer.
async fn is_refused(mut recv: quinn::RecvStream) -> bool {
    recv.read_to_end(1024).await.is_ok_and(|answer| answer.is_empty())
}

fn code(error: &quinn::ConnectionError) -> Option<u64> {
    match error {
        quinn::ConnectionError::ApplicationClosed(closed) => Some(closed.error_code.into_inner()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_cannot_report_for_another_nor_change_what_is_stored() {
    within(async {
        let master = Master::start(true).await;
        let (good, bad) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("fp-2").come_in(&master).await);
        let job = master.call("fp-1", None).await;
        let (task, mut send, mut recv) = good.task().await;
        let forged = Report { value: "forged".into(), outcome: Outcome::Failed, ..report(&task) };
        let forge = || AgentRequest::Deliver { report: Box::new(forged.clone()) };
        // The answer is that nothing of it needs to be kept; it is not the job of that host.
        let _: Stored = frame::read(&mut ask(&bad, &forge()).await).await.unwrap();
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(report(&task)))).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
        // Nor does the host itself tell another story later.
        let _: Stored = frame::read(&mut ask(&good, &forge()).await).await.unwrap();
        let hosts = master.daemon().ledger.job_hosts(&task.jid, true).unwrap();
        assert_eq!(hosts.len(), 1);
        assert_eq!(hosts[0].report.as_deref(), Some(&report(&task)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_another_job_in_a_conversation_is_not_taken() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        let job = master.call("*", None).await;
        let (task, mut send, mut recv) = link.task().await;
        let other = Report { jid: "20200101000000000000".parse().unwrap(), ..report(&task) };
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(other))).await.unwrap();
        assert!(frame::read::<TaskControl>(&mut recv).await.is_err());
        // The job goes on with the host that it is for.
        link.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_starts_jobs_on_itself_alone() {
    within(async {
        let master = Master::start(true).await;
        let (one, other) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("fp-2").come_in(&master).await);
        let work =
            OwnWork::Call { function: "test.ping".into(), positional: Vec::new(), keyword: Map::new() };
        let mut answers = ask(&one, &AgentRequest::Start { work: Box::new(work), request: None }).await;
        let OwnUpdate::Started { jid } = frame::read(&mut answers).await.unwrap() else { panic!() };
        one.answer().await;
        assert!(matches!(frame::read(&mut answers).await.unwrap(), OwnUpdate::Ended { report: Some(_), .. }));
        let hosts = master.daemon().ledger.job_hosts(&jid, false).unwrap();
        assert_eq!(hosts.iter().map(|host| host.id.as_str()).collect::<Vec<_>>(), ["fp-1"]);
        // Another host learns nothing of it.
        let mut answers = ask(&other, &AgentRequest::Follow { jid }).await;
        assert!(matches!(frame::read(&mut answers).await.unwrap(), OwnUpdate::Refused { .. }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_does_not_speak_to_the_control_api() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        let delete = Request::Keys { action: KeyAction::Delete, pattern: "*".into() };
        assert!(is_refused(ask(&link, &delete).await).await);
        let status = ask(&link, &Request::Status).await;
        assert!(is_refused(status).await);
        assert_eq!(master.keys(KeyAction::List, "*").await, 1);
        assert!(link.connection.close_reason().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_its_stream_and_nothing_else() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        let announced = |length: u32, rest: &[u8]| [&length.to_be_bytes()[..], rest].concat();
        let garbage: [Vec<u8>; 5] = [
            announced(u32::MAX, b""),
            announced(3, b"\xc1\xc1\xc1"),
            announced(100, b"cut off"),
            announced(1 << 20, &vec![0x91; 1 << 20]),
            frame::encode(&AgentRequest::Objects { hashes: vec![common::store::Hash::of(b""); 1025] })
                .unwrap(),
        ];
        for bytes in garbage {
            let (mut send, recv) = link.connection.open_bi().await.unwrap();
            let _ = send.write_all(&bytes).await;
            let _ = send.finish();
            assert!(is_refused(recv).await, "{:?}", &bytes[..8]);
        }
        let job = master.call("*", None).await;
        link.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_has_so_many_streams() {
    within(async {
        let master = Master::start(true).await;
        let link = Actor::new("fp-1").come_in(&master).await;
        // With the first one, which stays open, sixteen.
        let mut streams = Vec::new();
        for _ in 0..15 {
            let (mut send, recv) = link.connection.open_bi().await.unwrap();
            send.write_all(&[0]).await.unwrap();
            streams.push((send, recv));
        }
        let one_more = link.connection.open_bi();
        tokio::pin!(one_more);
        // Whether there is one is known at once: the limit is the one that the master gave in the handshake.
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(one_more.as_mut().poll(context)));
        assert!(polled.await.is_pending());
        // The limit moves on when some are done with.
        for (mut send, mut recv) in streams.drain(..8) {
            send.reset(0u32.into()).unwrap();
            let _ = recv.read_to_end(16).await;
        }
        one_more.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grains_have_bounds() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        let link = actor.come_in(&master).await;
        let many = || map([("many", vec![common::value::Value::Null; 20_001].into())]);
        assert!(is_refused(ask(&link, &AgentRequest::Grains { grains: many() }).await).await);
        // They may change a few times at once, and then one time a minute.
        let change = |number: i64| AgentRequest::Grains { grains: map([("number", number.into())]) };
        for number in 0..4 {
            let _: Stored = frame::read(&mut ask(&link, &change(number)).await).await.unwrap();
        }
        assert!(is_refused(ask(&link, &change(9)).await).await);
        let known = master.daemon().fleet.known(&actor.id).unwrap();
        assert_eq!(get(known.grains.open(), "number"), Some(&3.into()));
        drop(link);

        actor.grains = many();
        let error = actor.say_hello(&master).await;
        assert_eq!(error.and_then(|error| code(&error)), Some(close::PROTOCOL_ERROR.into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_sent_away() {
    within(async {
        let master = Master::start(true).await;
        let actor = Actor::new("fp-1");
        let (connection, _endpoint) = actor.dial(&master, master.daemon().listen).await;
        let (mut send, _recv) = connection.open_bi().await.unwrap();
        // A length and the first byte of what it announces.
        send.write_all(&[0, 0, 1, 0, 0x80]).await.unwrap();
        assert_eq!(code(&connection.closed().await), Some(close::GOING_AWAY.into()));
    })
    .await;
}

/// Every datagram arrives twice, and behind it comes garbage with its first bytes.
#[tokio::test(flavor = "multi_thread")]
async fn replayed_and_forged_datagrams_change_nothing() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        let address = relay(master.daemon().listen).await;
        let (connection, endpoint) = actor.dial(&master, address).await;
        let (mut send, mut recv) = connection.open_bi().await.unwrap();
        frame::write(&mut send, &actor.hello()).await.unwrap();
        let greeting: Greeting = frame::read(&mut recv).await.unwrap();
        assert!(matches!(greeting, Greeting::Welcome { .. }), "{greeting:?}");
        let link = Link { connection, recv, _send: send, _endpoint: endpoint };
        for _ in 0..5 {
            let job = master.call("*", None).await;
            link.answer().await;
            assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
        }
        // No task came a second time.
        let again = link.connection.accept_bi();
        tokio::pin!(again);
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(again.as_mut().poll(context)));
        assert!(polled.await.is_pending());
    })
    .await;
}

/// Passes datagrams on between one agent and the master, as somebody in between would who wishes them no good.
async fn relay(master: std::net::SocketAddr) -> std::net::SocketAddr {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut agent, mut buffer) = (None, vec![0; 65_536]);
        loop {
            let Ok((length, from)) = socket.recv_from(&mut buffer).await else { return };
            let to = if from == master { agent } else { Some(master) };
            agent = if from == master { agent } else { Some(from) };
            let Some(to) = to else { continue };
            let mut forged = buffer[..length].to_vec();
            for byte in forged.iter_mut().skip(24) {
                *byte ^= 0x5a;
            }
            for datagram in [&buffer[..length], &buffer[..length], &forged] {
                let _ = socket.send_to(datagram, to).await;
            }
        }
    });
    address
}
