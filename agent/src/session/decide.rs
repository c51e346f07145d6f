//! What follows from what the master says, without doing it.

use common::id::HostId;
use common::message::Greeting;
use common::transport::{Comeback, close};

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The session is up.
    Work {
        /// The id that counts.
        id: HostId,
    },
    /// Keep the connection and wait for an operator.
    Wait {
        /// What the operator compares.
        fingerprint: String,
    },
    /// Keep this certificate and connect again at once.
    Enrol {
        /// The certificate, DER.
        certificate: Vec<u8>,
    },
    /// Connect again after the usual wait.
    Again {
        /// Why.
        reason: String,
    },
    /// Connect again at a moment of one's own: the master ends and will be back, and the others come as well.
    Comeback(Comeback),
    /// Connect again much later: only an operator can change the master's mind.
    Later {
        /// Why.
        reason: String,
    },
}

/// What follows from a greeting.
#[must_use]
pub fn decide(greeting: Greeting) -> Step {
    match greeting {
        Greeting::Welcome { id, .. } => Step::Work { id },
        Greeting::Pending { fingerprint } => Step::Wait { fingerprint },
        Greeting::Accepted { certificate } => Step::Enrol { certificate },
        Greeting::Refused { reason, retry: true } => Step::Again { reason },
        Greeting::Refused { reason, retry: false } => Step::Later { reason },
    }
}

/// What follows from the end of a connection.
#[must_use]
pub(super) fn after_close(error: &quinn::ConnectionError) -> Step {
    let quinn::ConnectionError::ApplicationClosed(closed) = error else {
        return Step::Again { reason: format!("the connection to the master is lost: {error}") };
    };
    let words = String::from_utf8_lossy(&closed.reason).into_owned();
    let or = |default: &str| if words.is_empty() { default.to_owned() } else { words.clone() };
    let code = |code: u32| quinn::VarInt::from_u32(code);
    match closed.error_code {
        known if known == code(close::KEY_REVOKED) => {
            Step::Later { reason: or("this host's key was deleted or rejected on the master") }
        }
        known if known == code(close::REPLACED) => Step::Later {
            reason: format!(
                "{}: is another agent running with the same id?",
                or("the same host has connected anew")
            ),
        },
        known if known == code(close::PROTOCOL_ERROR) => {
            Step::Later { reason: or("the master says that the protocol was broken") }
        }
        known if known == code(close::COMEBACK) => Step::Comeback(Comeback::read(&closed.reason)),
        _ => Step::Again { reason: or("the master has closed the connection") },
    }
}

/// Whether a certificate is to be renewed: two thirds of its time are over.
#[must_use]
pub fn renewal_due(issued: i64, not_after: i64, now: i64) -> bool {
    let life = not_after.saturating_sub(issued);
    now >= not_after.saturating_sub(life / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings() {
        let refused = |retry| decide(Greeting::Refused { reason: "no".into(), retry });
        assert_eq!(refused(true), Step::Again { reason: "no".into() });
        assert_eq!(refused(false), Step::Later { reason: "no".into() });
        let step = decide(Greeting::Accepted { certificate: vec![1] });
        assert_eq!(step, Step::Enrol { certificate: vec![1] });
    }

    #[test]
    fn ends_of_connections() {
        let closed = |code: u32, reason: &'static str| {
            after_close(&quinn::ConnectionError::ApplicationClosed(quinn::ApplicationClose {
                error_code: quinn::VarInt::from_u32(code),
                reason: reason.into(),
            }))
        };
        assert!(
            matches!(closed(close::KEY_REVOKED, "key deleted"), Step::Later { reason } if reason == "key deleted")
        );
        assert!(matches!(closed(close::REPLACED, ""), Step::Later { reason } if reason.contains("same id")));
        assert!(matches!(closed(close::GOING_AWAY, ""), Step::Again { .. }));
        assert!(matches!(after_close(&quinn::ConnectionError::TimedOut), Step::Again { .. }));
        assert_eq!(closed(close::COMEBACK, "2000 ms"), Step::Comeback(Comeback::of(1600)));
    }

    #[test]
    fn renewal_comes_after_two_thirds() {
        assert!(!renewal_due(0, 90, 59));
        assert!(renewal_due(0, 90, 60));
        assert!(renewal_due(0, 90, 1000));
    }
}
