//! Peers that take their time: handshakes that are never finished, frames of which a byte comes now and then.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use tokio::net::UdpSocket;
use tokio::sync::watch;

use super::*;

/// How many handshakes are begun: more than may be under way.
const BEGUN: usize = 300;

/// In which time a host must be let in: well before the master gives up a handshake.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_are_never_finished_keep_nobody_out() {
    within(async {
        let master = Master::start(true).await;
        let mut actor = Actor::new("fp-1");
        drop(actor.come_in(&master).await);
        let (mute, mut passed) = mute(master.daemon().listen).await;
        let stranger = Actor::new("fp-2");
        let mut begun = Vec::new();
        for _ in 0..BEGUN {
            let mut dialling = Box::pin(stranger.dial(&master, mute));
            // The first look sends the first packet.
            let looked = std::future::poll_fn(|context| {
                std::task::Poll::Ready(dialling.as_mut().poll(context).is_pending())
            });
            assert!(looked.await);
            begun.push(dialling);
        }
        passed.wait_for(|passed| *passed >= BEGUN).await.unwrap();
        let since = Instant::now();
        let link = actor.come_in(&master).await;
        let job = master.call("*", None).await;
        link.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded]);
        assert!(since.elapsed() < SOON, "a host was let in after {:?}", since.elapsed());
        assert!(link.connection.close_reason().is_none());
    })
    .await;
}

/// Passes on what comes to it, from another address of this machine, and no answer back; how many datagrams it has passed on.
async fn mute(master: SocketAddr) -> (SocketAddr, watch::Receiver<usize>) {
    let here = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let there = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await.unwrap();
    let address = here.local_addr().unwrap();
    let (count, passed) = watch::channel(0);
    tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok((length, _)) = here.recv_from(&mut buffer).await {
            let _ = there.send_to(&buffer[..length], master).await;
            count.send_modify(|count| *count += 1);
        }
    });
    (address, passed)
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_trickle_are_in_nobodys_way() {
    within(async {
        let master = Master::start(true).await;
        let (slow, other) =
            (Actor::new("fp-1").come_in(&master).await, Actor::new("fp-2").come_in(&master).await);
        // As many streams as a connection may have beside the first and one task. Long frames are announced, and come byte by byte.
        let mut trickling = Vec::new();
        for _ in 0..14 {
            let (mut send, recv) = slow.connection.open_bi().await.unwrap();
            send.write_all(&(8_u32 << 20).to_be_bytes()).await.unwrap();
            trickling.push(tokio::spawn(async move {
                let _recv = recv;
                while send.write_all(&[0xc0]).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }));
        }
        let job = master.call("*", None).await;
        // A report that needs room comes in meanwhile, and the slow host's own short one does too.
        let (task, mut send, mut recv) = other.task().await;
        let long = Report { value: "x".repeat(1 << 20).as_str().into(), ..report(&task) };
        frame::write(&mut send, &TaskUpdate::Finished(Box::new(long))).await.unwrap();
        assert_eq!(frame::read::<TaskControl>(&mut recv).await.unwrap(), TaskControl::Stored);
        slow.answer().await;
        assert_eq!(states(&outcome(job).await), [HostState::Succeeded, HostState::Succeeded]);
        assert!(trickling.iter().all(|stream| !stream.is_finished()));
        trickling.iter().for_each(tokio::task::JoinHandle::abort);
    })
    .await;
}
