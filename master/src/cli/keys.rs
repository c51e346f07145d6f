//! `master keys`.

mod generate;
mod tokens;

use clap::{Args, Subcommand};
use common::value::{Value, map};

use super::error::CommandError;
use super::exit_code;
use super::options::{DaemonOptions, OutputOptions};
use super::printer::{moment, records, table, talk};
use crate::api::{ApiError, Client, KeyAction, Request, Response};
use crate::keys::{Key, KeyState};

/// Decide which hosts may come in
///
/// A new agent makes a key and waits as pending. Compare the fingerprint that `master keys show` prints with the one that
/// the agent shows, then accept the key. A rejected or deleted key is cut off at once.
#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List keys by state, pending ones first
    List {
        /// Which ids, as a glob
        #[arg(value_name = "GLOB", default_value = "*", hide_default_value = true)]
        pattern: String,
        #[command(flatten)]
        options: Options,
    },
    /// Accept pending keys; an id that is written out also takes a rejected key
    Accept(Decision),
    /// Reject keys: their agents are cut off and stay out until the key is accepted or deleted
    Reject(Decision),
    /// Delete keys: their agents are cut off, and may enrol anew as pending
    Delete(Decision),
    /// Make a join token, with which so many hosts enrol by `agent join` without an operator
    ///
    /// The token is printed once; the master keeps no more than its hash. The master's fingerprint is part of it.
    Token(tokens::New),
    /// List the join tokens, by the first digits of their hash
    Tokens {
        #[command(flatten)]
        options: Options,
    },
    /// Make join tokens useless; hosts that have joined stay
    Revoke {
        /// The first digits of the token's hash, as `master keys tokens` shows them
        #[arg(value_name = "TOKEN")]
        name: String,
        #[command(flatten)]
        options: Options,
    },
    /// Make the key and the certificate of a host that is yet to be, for an image or for cloud-init
    ///
    /// The host needs no operator and no token then. Whoever has the files is that host.
    Generate(generate::Generate),
    /// Show a key with its fingerprint; without an id, the fingerprint of this master, which agents pin
    Show {
        /// The id, or a glob
        #[arg(value_name = "ID")]
        pattern: Option<String>,
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Debug, Args)]
struct Decision {
    /// Which ids, as a glob
    #[arg(value_name = "GLOB")]
    pattern: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Args)]
struct Options {
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Keys {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let (action, pattern, options, verb) = match self.command {
            Command::Token(new) => return new.run().await,
            Command::Tokens { options } => return tokens::list(&options).await,
            Command::Revoke { name, options } => return tokens::revoke(name, &options).await,
            Command::Generate(generate) => return generate.run().await,
            Command::List { pattern, options } => (KeyAction::List, pattern, options, ""),
            Command::Show { pattern: Some(pattern), options } => return show(&pattern, &options).await,
            Command::Show { pattern: None, options } => return show_master(&options).await,
            Command::Accept(decision) => (KeyAction::Accept, decision.pattern, decision.options, "accepted"),
            Command::Reject(decision) => (KeyAction::Reject, decision.pattern, decision.options, "rejected"),
            Command::Delete(decision) => (KeyAction::Delete, decision.pattern, decision.options, "deleted"),
        };
        let keys = ask(&options, action, &pattern).await?;
        if action == KeyAction::List {
            show_all(&options, &keys, || listing(&keys));
            return Ok(exit_code::SUCCESS);
        }
        if keys.is_empty() {
            let message = format!("no key that {pattern:?} matches can be {verb}");
            return Err(CommandError::new(exit_code::NOTHING_MATCHED, message)
                .hint("`master keys list` shows the keys"));
        }
        let lines = || keys.iter().map(|key| format!("{verb} {} {}\n", key.id, key.fingerprint)).collect();
        show_all(&options, &keys, lines);
        Ok(exit_code::SUCCESS)
    }
}

async fn show(pattern: &str, options: &Options) -> Result<u8, CommandError> {
    let keys = ask(options, KeyAction::List, pattern).await?;
    if keys.is_empty() {
        let message = format!("there is no key of {pattern:?}");
        return Err(
            CommandError::new(exit_code::NOTHING_MATCHED, message).hint("`master keys list` shows the keys")
        );
    }
    let block = |key: &Key| {
        format!(
            "{}\n  state        {}\n  fingerprint  {}\n  address      {}\n  first seen   {}\n  last seen    {}\n",
            key.id,
            key.state.name(),
            key.fingerprint,
            key.address,
            moment(key.first_seen),
            moment(key.last_seen)
        )
    };
    show_all(options, &keys, || keys.iter().map(block).collect());
    Ok(exit_code::SUCCESS)
}

async fn show_master(options: &Options) -> Result<u8, CommandError> {
    let Response::Status(status) = Client::ask(&options.daemon.socket()?, &Request::Status).await? else {
        return Err(ApiError::Unexpected.into());
    };
    let value = map([
        ("fingerprint", (&status.fingerprint).into()),
        ("listen", (&status.listen).into()),
        ("version", (&status.version).into()),
        ("connected", status.connected.into()),
    ]);
    let human = || {
        format!(
            "master\n  fingerprint  {}\n  listens on   {}\n  release      {}\n  connected    {}\n",
            status.fingerprint, status.listen, status.version, status.connected
        )
    };
    let named = [("master".to_owned(), Value::Map(value))];
    records(options.output.out, &options.output.style(), &named, human);
    Ok(exit_code::SUCCESS)
}

async fn ask(options: &Options, action: KeyAction, pattern: &str) -> Result<Vec<Key>, CommandError> {
    let request = Request::Keys { action, pattern: pattern.into() };
    match Client::ask(&options.daemon.socket()?, &request).await? {
        Response::Keys(keys) => Ok(keys),
        _ => Err(ApiError::Unexpected.into()),
    }
}

fn listing(keys: &[Key]) -> String {
    if keys.is_empty() {
        talk("there are no keys yet: start an agent with this master's address");
        return String::new();
    }
    let mut rows = Vec::with_capacity(keys.len());
    for state in KeyState::ALL {
        for key in keys.iter().filter(|key| key.state == state) {
            rows.push(vec![
                state.name().to_owned(),
                key.id.to_string(),
                key.fingerprint.to_string(),
                moment(key.last_seen),
            ]);
        }
    }
    table(&["STATE", "ID", "FINGERPRINT", "LAST SEEN"], rows)
}

fn show_all(options: &Options, keys: &[Key], human: impl FnOnce() -> String) {
    let value = |key: &Key| {
        Value::Map(map([
            ("state", key.state.name().into()),
            ("fingerprint", key.fingerprint.to_string().into()),
            ("address", (&key.address).into()),
            ("first_seen", key.first_seen.into()),
            ("last_seen", key.last_seen.into()),
        ]))
    };
    let named: Vec<_> = keys.iter().map(|key| (key.id.to_string(), value(key))).collect();
    records(options.output.out, &options.output.style(), &named, human);
}
