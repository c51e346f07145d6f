//! SIGHUP: the configuration is read again, and what can hold without a restart holds from then on.

use std::sync::Arc;

use tokio::signal::unix::Signal;

use super::serve::Reload;
use super::{Daemon, operator};
use crate::api::{Caller, open_to_listed};
use crate::audit::Note;

/// Reads the configuration again whenever the signal comes. No connection and no job notices but by what has changed.
pub(super) async fn watch(daemon: Arc<Daemon>, mut hangup: Signal, reload: Reload) {
    while hangup.recv().await.is_some() {
        let error = again(&daemon, &reload).err();
        let own = nix::unistd::geteuid().as_raw();
        let who = Caller { uid: Some(own), user: "SIGHUP".into(), groups: Vec::new() };
        operator::write_down(&daemon, &who, Note::plain("reload"), error).await;
    }
}

fn again(daemon: &Daemon, reload: &Reload) -> Result<(), String> {
    let config = match reload() {
        Ok(config) => config,
        Err(error) => {
            tracing::error!(%error, "the configuration cannot be used: the one of before stays");
            return Err(error.to_string());
        }
    };
    let before = daemon.config();
    let (held, fixed) = before.differences(&config);
    if !fixed.is_empty() {
        tracing::warn!(
            keys = fixed.join(", "),
            "these keys of the configuration hold only after a restart of the master"
        );
    }
    let config = config.with_fixed_of(&before);
    if let Err(error) = open_to_listed(&config.socket, config.lists_users()) {
        tracing::error!(socket = %config.socket.display(), %error, "the control socket's mode cannot be changed");
    }
    daemon.reconfigure(config);
    if held.is_empty() {
        tracing::info!("the configuration was read again: nothing has changed that holds without a restart");
    } else {
        tracing::info!(
            keys = held.join(", "),
            "the configuration was read again: these keys hold as they are now"
        );
    }
    Ok(())
}
