//! Certificates whose time is over, and clocks that do not agree on it.

use common::identity::inspect;

use super::*;

fn signed(master: &Master, actor: &Actor, seconds: u64) -> CertificateDer<'static> {
    let life = Duration::from_secs(seconds);
    master.daemon().authority.sign(actor.key.public_key(), &actor.id, life).unwrap()
}

/// Returns when a certificate's time is over.
async fn is_over(certificate: &CertificateDer<'_>) {
    let over = inspect(certificate).unwrap().not_after;
    while jiff::Timestamp::now().as_second() <= over {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A certificate of the master's that was good once.
async fn expired(master: &Master, actor: &Actor) -> CertificateDer<'static> {
    let certificate = signed(master, actor, 0);
    is_over(&certificate).await;
    certificate
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_lets_nobody_in_and_its_key_gets_another() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        actor.certificate = Some(expired(&master, &actor).await);
        let (_, greeting) = actor.knock(&master).await;
        let Greeting::Accepted { certificate } = greeting else { panic!("{greeting:?}") };
        actor.certificate = Some(CertificateDer::from(certificate));
        actor.come_in(&master).await;

        // A key that was rejected meanwhile gets none.
        assert_eq!(master.keys(KeyAction::Reject, "fp-1").await, 1);
        actor.certificate = Some(expired(&master, &actor).await);
        let (_, greeting) = actor.knock(&master).await;
        assert!(matches!(greeting, Greeting::Refused { .. }), "{greeting:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_expires_during_a_job_breaks_nothing() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        actor.certificate = Some(signed(&master, &actor, 4));
        let link = actor.come_in(&master).await;
        let job = master.call("*", None).await;
        let (task, mut send, mut recv) = link.task().await;
        is_over(actor.certificate.as_ref().unwrap()).await;
        // It was looked at when the connection began.
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(report(&task)))).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
        let (mut send, mut recv) = link.connection.open_bi().await.unwrap();
        frame::write(&mut send, &AgentRequest::Renew).await.unwrap();
        let renewed: common::message::Renewed = frame::read(&mut recv).await.unwrap();
        // Another connection needs the new one.
        let (_, greeting) = actor.knock(&master).await;
        assert!(matches!(greeting, Greeting::Accepted { .. }), "{greeting:?}");
        actor.certificate = Some(CertificateDer::from(renewed.certificate));
        actor.come_in(&master).await;
    })
    .await;
}
