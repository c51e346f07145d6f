//! What the agent asks of the master by itself: to take reports and grains, and to renew its certificate.

use std::sync::Arc;
use std::time::Duration;

use common::identity::Fingerprint;
use common::message::{MineAnswer, MineWork, Renewed, Report, Request, Stored};
use common::transport::{FrameError, read, write};
use common::value::Map;
use quinn::Connection;
use serde::de::DeserializeOwned;

use crate::jobs::{Event, Jobs, Key};

/// How long the master has to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long after a failure another report is tried, so that a master in trouble is not pressed.
const PAUSE: Duration = Duration::from_secs(1);

/// After how long a report that could not be delivered is tried again over the same connection.
const AGAIN: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 30 });

/// Delivers every report for this master that no stream delivers, for as long as the connection lives. Reports that were left over from
/// before this session go first.
pub(super) async fn deliver(jobs: Jobs, master: Option<Fingerprint>, connection: Connection) {
    loop {
        let mut failed = false;
        for key in jobs.undelivered(master) {
            if let Err(error) = deliver_one(&jobs, master, &connection, &key).await {
                tracing::warn!(job = %key, %error, "a report could not be delivered; it is kept");
                if connection.close_reason().is_some() {
                    return;
                }
                failed = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
        if failed {
            let _ = tokio::time::timeout(AGAIN, jobs.more_undelivered()).await;
        } else {
            jobs.more_undelivered().await;
        }
    }
}

async fn deliver_one(
    jobs: &Jobs,
    master: Option<Fingerprint>,
    connection: &Connection,
    key: &Key,
) -> Result<(), FrameError> {
    let Some(report) = jobs.report(key) else {
        if !jobs.undelivered(master).contains(key) {
            // A stream has delivered it meanwhile.
            return Ok(());
        }
        tracing::error!(job = %key, "a report is gone from the spool");
        jobs.feed(Event::Stored(key.clone()));
        return Ok(());
    };
    deliver_report(connection, report).await?;
    tracing::info!(job = %key, "the report was delivered");
    jobs.feed(Event::Stored(key.clone()));
    Ok(())
}

/// Delivers a report; the master has it on its disk when this returns.
async fn deliver_report(connection: &Connection, report: Report) -> Result<(), FrameError> {
    let Stored {} = ask(connection, &Request::Deliver { report: Box::new(report) }).await?;
    Ok(())
}

/// Asks for a new certificate.
pub(super) async fn renew(connection: &Connection) -> Result<Vec<u8>, FrameError> {
    let renewed: Renewed = ask(connection, &Request::Renew).await?;
    Ok(renewed.certificate)
}

/// Sends grains that have changed.
pub(super) async fn send_grains(connection: &Connection, grains: &Arc<Map>) -> Result<(), FrameError> {
    let Stored {} = ask(connection, &Request::Grains { grains: grains.as_ref().clone() }).await?;
    Ok(())
}

/// Asks something of the master's mine.
pub(super) async fn mine(connection: &Connection, work: MineWork) -> Result<MineAnswer, FrameError> {
    ask(connection, &Request::Mine { work: Box::new(work) }).await
}

async fn ask<T: DeserializeOwned>(connection: &Connection, request: &Request) -> Result<T, FrameError> {
    let answer = async {
        let (mut send, mut receive) = connection.open_bi().await.map_err(std::io::Error::from)?;
        write(&mut send, request).await?;
        let _ = send.finish();
        read(&mut receive).await
    };
    let timed_out = |_| FrameError::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(PATIENCE, answer).await.map_err(timed_out)?
}
