//! `master hosts`.

use std::time::Duration;

use clap::{Args, Subcommand};
use common::value::{Map, Value, get, map};

use super::error::CommandError;
use super::exit_code;
use super::options::{DaemonOptions, OutputOptions};
use super::printer::{moment, records, table, talk};
use super::salvaged;
use crate::api::{ApiError, Client, HostInfo, Request, Response, Standing};
use crate::database::{Applied, Retired};
use crate::duration;

/// How much of a commit is shown.
const COMMIT: usize = 10;

/// List hosts: whether they are here, what they are, what was applied to them last; or take some out of service
///
/// STATE is `pending` (its key waits for `master keys accept`), `connected`, `lost` (LAST SEEN tells since when), `rejected` or
/// `retired`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Hosts {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    list: List,
}

#[derive(Debug, Args)]
struct List {
    /// Which accepted hosts, in the grammar of targets [default: every host, also those whose key waits]
    #[arg(short, long, value_name = "TARGET")]
    target: Option<String>,

    /// Only accepted hosts that have not been here for so long, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    unseen: Option<Duration>,

    /// Also hosts that are out of service
    #[arg(long, conflicts_with_all = ["target", "unseen"])]
    retired: bool,

    #[command(flatten)]
    output: OutputOptions,

    #[command(flatten)]
    daemon: DaemonOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take hosts out of service: their keys, grains and connections go at once, what they did in jobs stays
    ///
    /// A retired host can't come back with its key; to enrol it anew, remove agent.key and agent.crt from its agent's folder.
    Retire {
        /// Which ids, as a glob
        #[arg(value_name = "GLOB")]
        pattern: String,

        /// Only hosts that have not been here for so long, such as 30d
        #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
        unseen: Option<Duration>,

        #[command(flatten)]
        output: OutputOptions,

        #[command(flatten)]
        daemon: DaemonOptions,
    },
}

impl Hosts {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        match self.command {
            Some(Command::Retire { pattern, unseen, output, daemon }) => {
                retire(pattern, unseen, &output, &daemon).await
            }
            None => self.list.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<u8, CommandError> {
        let unseen = self.unseen.map(|unseen| unseen.as_secs());
        let request = Request::Hosts { target: self.target, unseen, retired: self.retired };
        let socket = self.daemon.socket()?;
        let mut client = Client::connect(&socket).await?;
        client.send(&request).await?;
        let mut hosts = Vec::new();
        loop {
            match client.next().await? {
                Response::Hosts(part) => hosts.extend(part),
                Response::Done => break,
                _ => return Err(ApiError::Unexpected.into()),
            }
        }
        let named: Vec<_> = hosts.iter().map(|host| (host.id.to_string(), value(host))).collect();
        records(self.output.out, &self.output.style(), &named, || listing(&hosts));
        for (id, other) in hosts.iter().filter_map(|host| Some((&host.id, host.double.as_ref()?))) {
            talk(&format!(
                "warning: two machines have the identity of {id}: the one that is connected, and one at {other}, which is \
                 refused. Give the second an identity of its own"
            ));
        }
        for (id, reason) in hosts.iter().filter_map(|host| Some((&host.id, host.refused.as_ref()?))) {
            talk(&format!("warning: {id} is refused: {reason}"));
        }
        salvaged::warn_of_damage(&socket).await;
        Ok(exit_code::SUCCESS)
    }
}

async fn retire(
    pattern: String,
    unseen: Option<Duration>,
    output: &OutputOptions,
    daemon: &DaemonOptions,
) -> Result<u8, CommandError> {
    let request = Request::Retire { pattern: pattern.clone(), unseen: unseen.map(|unseen| unseen.as_secs()) };
    let Response::Retired(retired) = Client::ask(&daemon.socket()?, &request).await? else {
        return Err(ApiError::Unexpected.into());
    };
    if retired.is_empty() {
        let unseen = unseen.map(|unseen| format!(" and that was not seen for {}", duration::show(unseen)));
        let message = format!("there is no host that {pattern:?} matches{}", unseen.unwrap_or_default());
        return Err(CommandError::new(exit_code::NOTHING_MATCHED, message)
            .hint("`master hosts` shows the hosts, with `--unseen` those that have not been here for long"));
    }
    let value =
        |host: &Retired| Value::Map(map([("at", host.at.into()), ("user", host.user.as_str().into())]));
    let named: Vec<_> = retired.iter().map(|host| (host.id.to_string(), value(host))).collect();
    let lines = || retired.iter().map(|host| format!("retired {}\n", host.id)).collect();
    records(output.out, &output.style(), &named, lines);
    Ok(exit_code::SUCCESS)
}

fn listing(hosts: &[HostInfo]) -> String {
    let grain = |grains: &Map, name: &str| get(grains, name).map(ToString::to_string);
    let row = |host: &HostInfo| {
        let system =
            grain(&host.grains, "osfinger").or_else(|| grain(&host.grains, "os")).unwrap_or_default();
        let seen = match host.standing {
            Standing::Retired => host.since.unwrap_or_default(),
            _ => host.last_seen,
        };
        vec![
            host.id.to_string(),
            host.standing.name().into(),
            system,
            host.address.clone(),
            host.version.clone(),
            moment(seen),
            host.applied.as_ref().map(shown).unwrap_or_default(),
        ]
    };
    let header = ["ID", "STATE", "SYSTEM", "ADDRESS", "AGENT", "LAST SEEN", "LAST APPLY"];
    table(&header, hosts.iter().map(row).collect())
}

/// The last apply in a few words.
fn shown(applied: &Applied) -> String {
    let commit: String = applied.commit.iter().flat_map(|commit| commit.chars().take(COMMIT)).collect();
    format!("{} {} {commit}", moment(applied.at), applied.state.name()).trim_end().into()
}

fn value(host: &HostInfo) -> Value {
    let applied = host.applied.as_ref().map_or(Value::Null, |applied| {
        Value::Map(map([
            ("jid", applied.jid.as_str().into()),
            ("state", applied.state.name().into()),
            ("at", applied.at.into()),
            ("commit", applied.commit.as_deref().map_or(Value::Null, Value::from)),
        ]))
    });
    Value::Map(map([
        ("state", host.standing.name().into()),
        ("since", host.since.map_or(Value::Null, Value::from)),
        ("connected", host.connected.into()),
        ("address", (&host.address).into()),
        ("duplicate", host.double.as_deref().map_or(Value::Null, Value::from)),
        ("refused", host.refused.as_deref().map_or(Value::Null, Value::from)),
        ("version", (&host.version).into()),
        ("last_seen", host.last_seen.into()),
        ("last_apply", applied),
        ("grains", Value::Map(host.grains.clone())),
    ]))
}
