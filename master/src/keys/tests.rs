//! Who gets in, and who does not.

use super::*;

fn id(text: &str) -> HostId {
    text.parse().unwrap()
}

fn unknown(key: &[u8]) -> Peer {
    Peer::Unknown { fingerprint: Fingerprint::of(key), public_key: key.into() }
}

fn enrolled(name: &str, key: &[u8]) -> Peer {
    Peer::Enrolled { id: id(name), fingerprint: Fingerprint::of(key), public_key: key.into(), not_after: 0 }
}

fn knock(ring: &mut Keyring, peer: &Peer, asked: &str) -> Verdict {
    let asked = id(asked);
    let knock = Knock { peer, asked: &asked, address: "::1".into(), token: None, now: 1 };
    ring.admit(&knock, false).verdict
}

#[test]
fn a_key_waits_until_it_is_accepted() {
    let mut ring = Keyring::default();
    assert_eq!(knock(&mut ring, &unknown(b"1"), "fp-1"), Verdict::Wait);
    assert_eq!(ring.accept("cm-*").len(), 0);
    assert_eq!(ring.accept("fp-*").len(), 1);
    assert_eq!(ring.accept("fp-*").len(), 0);
    assert_eq!(knock(&mut ring, &unknown(b"1"), "fp-1"), Verdict::Issue);
    assert_eq!(knock(&mut ring, &enrolled("fp-1", b"1"), "cm-9"), Verdict::Welcome);
}

#[test]
fn a_token_lets_in_those_it_is_for() {
    let hash = common::identity::TokenSecret::generate().unwrap().hash();
    let user = "root".to_owned();
    let token = Token { hash, pattern: "fp-*".into(), uses: 2, used: 0, created: 0, expires: 100, user };
    let mut ring = Keyring::new([], [token]);
    let join = |ring: &mut Keyring, key: &[u8], asked: &str| {
        let (peer, asked) = (unknown(key), id(asked));
        let knock = Knock { peer: &peer, asked: &asked, address: "::1".into(), token: Some(hash), now: 1 };
        ring.admit(&knock, false)
    };
    let refused = |admission: Admission| match admission.verdict {
        Verdict::Refuse { reason, retry: false } => reason,
        other => panic!("{other:?}"),
    };
    // A key that waits is let in too; asked again, it costs no second use.
    assert_eq!(knock(&mut ring, &unknown(b"1"), "fp-1"), Verdict::Wait);
    let first = join(&mut ring, b"1", "fp-1");
    assert_eq!((first.verdict, first.token.unwrap().used), (Verdict::Issue, 1));
    let again = join(&mut ring, b"1", "fp-1");
    assert_eq!((again.verdict, again.token), (Verdict::Issue, None));
    assert!(ring.is_accepted(&id("fp-1"), Fingerprint::of(b"1")));
    // Another key does not get the id of a host that is known, and uses nothing up.
    assert!(refused(join(&mut ring, b"2", "fp-1")).contains("master hosts retire fp-1"));
    assert!(refused(join(&mut ring, b"2", "cm-1")).contains("fp-*"));
    let second = join(&mut ring, b"2", "fp-2");
    ring.unjoin(&second.key.unwrap(), hash);
    assert!(!ring.is_accepted(&id("fp-2"), Fingerprint::of(b"2")), "it could not be written down");
    assert_eq!(join(&mut ring, b"2", "fp-2").verdict, Verdict::Issue);
    assert!(refused(join(&mut ring, b"3", "fp-3")).contains("was for 2 hosts"));
    // What an operator has refused stays out.
    ring.reject("fp-2");
    assert!(refused(join(&mut ring, b"2", "fp-2")).contains("rejected"));
}

#[test]
fn a_key_is_made_for_a_host_that_has_none() {
    let mut ring = Keyring::default();
    ring.pre_accept(&id("fp-1"), b"1", 1).unwrap();
    assert_eq!(knock(&mut ring, &enrolled("fp-1", b"1"), "fp-1"), Verdict::Welcome);
    assert!(ring.pre_accept(&id("fp-1"), b"2", 1).unwrap_err().contains("hosts retire fp-1"));
}

#[test]
fn the_certificate_names_the_host_whatever_it_asks_for() {
    let mut ring = Keyring::default();
    knock(&mut ring, &unknown(b"1"), "fp-1");
    ring.accept("*");
    knock(&mut ring, &enrolled("fp-1", b"1"), "cm-1");
    assert_eq!(ring.accepted(), [id("fp-1")]);
}

#[test]
fn a_second_key_with_the_same_id_is_denied() {
    let mut ring = Keyring::default();
    knock(&mut ring, &unknown(b"1"), "fp-1");
    assert!(matches!(knock(&mut ring, &unknown(b"2"), "fp-1"), Verdict::Refuse { retry: true, .. }));
    assert_eq!(ring.accept("*").len(), 1);
    assert!(ring.is_accepted(&id("fp-1"), Fingerprint::of(b"1")));
    assert!(!ring.is_accepted(&id("fp-1"), Fingerprint::of(b"2")));
}

#[test]
fn deleted_and_rejected_keys_stay_out() {
    let mut ring = Keyring::default();
    knock(&mut ring, &unknown(b"1"), "fp-1");
    ring.accept("*");
    ring.delete("fp-1");
    let Verdict::Refuse { reason, retry: false } = knock(&mut ring, &enrolled("fp-1", b"1"), "fp-1") else {
        panic!()
    };
    assert!(reason.contains("deleted"), "{reason}");
    knock(&mut ring, &unknown(b"1"), "fp-1");
    ring.reject("*");
    assert!(matches!(
        knock(&mut ring, &enrolled("fp-1", b"1"), "fp-1"),
        Verdict::Refuse { retry: false, .. }
    ));
    assert_eq!(ring.accept("fp-1").len(), 1, "an operator may change their mind");
}

#[test]
fn the_table_is_bounded() {
    let mut ring = Keyring::default();
    for number in 0..UNDECIDED_LIMIT {
        knock(&mut ring, &unknown(&number.to_be_bytes()), &format!("h{number}"));
    }
    assert!(matches!(knock(&mut ring, &unknown(b"one more"), "late"), Verdict::Refuse { retry: true, .. }));
    ring.delete("h1*");
    assert_eq!(knock(&mut ring, &unknown(b"one more"), "late"), Verdict::Wait);
}
