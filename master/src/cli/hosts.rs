//! `master hosts`.

use clap::Args;
use common::value::{Map, Value, get, map};

use super::error::CommandError;
use super::exit_code;
use super::options::{DaemonOptions, OutputOptions};
use super::printer::{moment, records, table};
use crate::api::{ApiError, Client, HostInfo, Request, Response};

/// List accepted hosts: whether they are connected, what they are, when they were last seen
#[derive(Debug, Args)]
pub(super) struct Hosts {
    /// Which hosts, in the grammar of targets [default: every accepted host]
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,

    #[command(flatten)]
    output: OutputOptions,

    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Hosts {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let request = Request::Hosts { target: self.target };
        let Response::Hosts(hosts) = Client::ask(&self.daemon.socket()?, &request).await? else {
            return Err(ApiError::Unexpected.into());
        };
        let named: Vec<_> = hosts.iter().map(|host| (host.id.to_string(), value(host))).collect();
        records(self.output.out, &self.output.style(), &named, || listing(&hosts));
        Ok(exit_code::SUCCESS)
    }
}

fn listing(hosts: &[HostInfo]) -> String {
    let grain = |grains: &Map, name: &str| get(grains, name).map(ToString::to_string);
    let row = |host: &HostInfo| {
        let connected = if host.connected { "connected" } else { "away" };
        let system =
            grain(&host.grains, "osfinger").or_else(|| grain(&host.grains, "os")).unwrap_or_default();
        vec![
            host.id.to_string(),
            connected.into(),
            system,
            host.address.clone(),
            host.version.clone(),
            moment(host.last_seen),
        ]
    };
    table(&["ID", "STATE", "SYSTEM", "ADDRESS", "AGENT", "LAST SEEN"], hosts.iter().map(row).collect())
}

fn value(host: &HostInfo) -> Value {
    Value::Map(map([
        ("connected", host.connected.into()),
        ("address", (&host.address).into()),
        ("version", (&host.version).into()),
        ("last_seen", host.last_seen.into()),
        ("grains", Value::Map(host.grains.clone())),
    ]))
}
