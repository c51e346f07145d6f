//! Decisions on keys, join tokens, and keys that are made for hosts to be.

use std::sync::Arc;

use common::id::HostId;
use common::identity::{JoinToken, TokenSecret};

use crate::api::{Failure, FailureKind, KeyAction, Response};
use crate::daemon::Daemon;
use crate::daemon::fleet::Decision;
use crate::daemon::shared::now;
use crate::database::Write;
use crate::keys::Key;
use crate::tokens::Token;

/// For how long a token may hold: a year, in seconds.
const TOKEN_LIFETIME: u64 = 366 * 86_400;

/// For how many hosts.
const TOKEN_USES: u32 = 1_000_000;

/// Lists or decides. A host that is shut out is cut off at once; everything else is carried out when the decision is on the
/// disk. One that can't be written down is taken back, so that the same command can be given again.
pub(super) async fn decide(
    daemon: &Arc<Daemon>,
    action: KeyAction,
    pattern: &str,
    user: &str,
) -> Result<Vec<Key>, Failure> {
    let (mut before, changed) = {
        let mut keyring = daemon.keyring();
        let before = keyring.list(pattern);
        let changed = match action {
            KeyAction::List => return Ok(before),
            KeyAction::Accept => keyring.accept(pattern),
            KeyAction::Reject => keyring.reject(pattern),
            KeyAction::Delete => keyring.delete(pattern),
        };
        (before, changed)
    };
    let refused = |key: &Key| match action {
        KeyAction::Accept | KeyAction::List => None,
        KeyAction::Reject => Some(format!("the key of {} was rejected on the master", key.id)),
        KeyAction::Delete => Some(format!("the key of {} was deleted on the master", key.id)),
    };
    for key in &changed {
        if let Some(reason) = refused(key) {
            daemon.fleet.cut(&key.id, key.fingerprint, &reason);
        }
    }
    let write = |key: &Key| match action {
        KeyAction::Delete => Write::KeyGone(key.clone()),
        _ => Write::Key(key.clone()),
    };
    let written: Vec<_> = changed.iter().map(|key| daemon.ledger.submit(write(key))).collect();
    let mut failed = None;
    let mut undone = std::collections::HashSet::new();
    for (key, committed) in changed.iter().zip(written) {
        if let Err(error) = committed.await {
            undone.insert((&key.id, key.fingerprint));
            failed = Some(Failure::internal(error));
        }
    }
    if let Some(failure) = failed {
        before.retain(|key| undone.contains(&(&key.id, key.fingerprint)));
        daemon.keyring().restore(before);
        return Err(failure);
    }
    for key in &changed {
        tracing::info!(id = %key.id, fingerprint = %key.fingerprint, user, ?action, "a key was decided on");
        let decision = refused(key).map_or(Decision::Accepted, Decision::Refused);
        daemon.fleet.decide(&key.id, key.fingerprint, decision);
        if action == KeyAction::Delete && daemon.keyring().list(key.id.as_str()).is_empty() {
            daemon.fleet.forget(&key.id);
            daemon.forget_scopes(&key.id);
        }
    }
    Ok(changed)
}

/// Makes a join token. It is on the disk when this returns.
pub(super) async fn new_token(
    daemon: &Daemon,
    pattern: String,
    uses: u32,
    lifetime: u64,
    user: &str,
) -> Result<Response, Failure> {
    let usage = |message: String| Err(Failure::new(FailureKind::Usage, message));
    if pattern.is_empty() || pattern.len() > 1024 || pattern.contains(char::is_whitespace) {
        return usage(format!("--for {pattern:?} is no glob of host ids: write one such as 'fp-*'"));
    }
    if !(1..=TOKEN_USES).contains(&uses) {
        return usage(format!("--uses is a number of hosts from 1 to {TOKEN_USES}"));
    }
    if !(1..=TOKEN_LIFETIME).contains(&lifetime) {
        return usage("--ttl is a time from 1s to 366d".into());
    }
    let secret = TokenSecret::generate().map_err(Failure::internal)?;
    let created = now();
    let info = Token {
        hash: secret.hash(),
        pattern,
        uses,
        used: 0,
        created,
        expires: created.saturating_add_unsigned(lifetime * 1000),
        user: user.into(),
    };
    daemon.keyring().tokens.add(info.clone()).map_err(|error| Failure::new(FailureKind::Usage, error))?;
    if let Err(error) = daemon.ledger.submit(Write::Token(info.clone())).await {
        daemon.keyring().tokens.revoke(&info.hash.to_string());
        return Err(Failure::internal(error));
    }
    tracing::info!(
        token = info.name(),
        pattern = info.pattern,
        uses,
        lifetime,
        user,
        "a join token was made"
    );
    let token = JoinToken { secret, master: daemon.authority.fingerprint() }.to_string();
    Ok(Response::NewToken { token, info })
}

/// Makes tokens useless. They are so at once, even where that cannot be written down.
pub(super) async fn revoke_tokens(daemon: &Daemon, name: &str, user: &str) -> Result<Vec<Token>, Failure> {
    if name.len() < 4 || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!(
            "{name:?} names no join token: write at least four digits, as `master keys tokens` shows them"
        );
        return Err(Failure::new(FailureKind::Usage, message));
    }
    let gone = daemon.keyring().tokens.revoke(&name.to_ascii_lowercase());
    for token in &gone {
        tracing::info!(token = token.name(), user, "a join token was revoked");
        daemon.ledger.submit(Write::TokenGone(token.hash)).await.map_err(Failure::internal)?;
    }
    Ok(gone)
}

/// Takes a key in for a host to be, and signs its certificate. The private half never comes here.
pub(super) async fn issue(
    daemon: &Daemon,
    id: &HostId,
    public_key: &[u8],
    user: &str,
) -> Result<Response, Failure> {
    let lifetime = daemon.config().certificate_lifetime;
    let certificate = daemon.authority.sign(public_key, id, lifetime).map_err(Failure::internal)?;
    let accepted = daemon.keyring().pre_accept(id, public_key, now());
    let key = accepted.map_err(|message| Failure::new(FailureKind::Usage, message))?;
    if let Err(error) = daemon.ledger.submit(Write::Key(key.clone())).await {
        daemon.keyring().forget(&key);
        return Err(Failure::internal(error));
    }
    tracing::info!(%id, fingerprint = %key.fingerprint, user, "a key was made for a host");
    let fingerprint = daemon.authority.fingerprint().to_string();
    Ok(Response::Issued { certificate: certificate.to_vec(), fingerprint })
}
