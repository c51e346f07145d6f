//! `master keys token`, `tokens` and `revoke`.

use std::time::Duration;

use clap::Args;
use common::value::{Value, map};

use super::super::error::CommandError;
use super::super::exit_code;
use super::super::printer::{moment, records, table, talk};
use super::Options;
use crate::api::{ApiError, Client, Request, Response};
use crate::duration;
use crate::tokens::Token;

#[derive(Debug, Args)]
pub(super) struct New {
    /// Which ids it lets in, as a glob
    #[arg(long = "for", value_name = "GLOB")]
    pattern: String,

    /// How many hosts it lets in
    #[arg(long, value_name = "N", default_value_t = 1)]
    uses: u32,

    /// For how long it holds, such as 90m or 7d
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration::parse)]
    ttl: Duration,

    #[command(flatten)]
    options: Options,
}

impl New {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let lifetime = self.ttl.as_secs();
        let request = Request::NewToken { pattern: self.pattern, uses: self.uses, lifetime };
        let socket = self.options.daemon.socket()?;
        let Response::NewToken { token, info } = Client::ask(&socket, &request).await? else {
            return Err(ApiError::Unexpected.into());
        };
        let named = [(info.name(), with_token(&info, &token))];
        let output = &self.options.output;
        records(output.out, &output.style(), &named, || format!("{token}\n"));
        talk(&format!(
            "lets in {} hosts that match {:?} until {}; on each: agent join --master ADDRESS TOKEN",
            info.uses,
            info.pattern,
            moment(info.expires)
        ));
        Ok(exit_code::SUCCESS)
    }
}

pub(super) async fn list(options: &Options) -> Result<u8, CommandError> {
    let Response::Tokens(tokens) = Client::ask(&options.daemon.socket()?, &Request::Tokens).await? else {
        return Err(ApiError::Unexpected.into());
    };
    show(options, &tokens);
    Ok(exit_code::SUCCESS)
}

pub(super) async fn revoke(name: String, options: &Options) -> Result<u8, CommandError> {
    let request = Request::RevokeTokens { name: name.clone() };
    let Response::Tokens(tokens) = Client::ask(&options.daemon.socket()?, &request).await? else {
        return Err(ApiError::Unexpected.into());
    };
    if tokens.is_empty() {
        let message = format!("there is no join token {name:?}");
        return Err(CommandError::new(exit_code::NOTHING_MATCHED, message)
            .hint("`master keys tokens` shows those there are"));
    }
    show(options, &tokens);
    Ok(exit_code::SUCCESS)
}

fn show(options: &Options, tokens: &[Token]) {
    let now = jiff::Timestamp::now().as_millisecond();
    let named: Vec<_> = tokens.iter().map(|token| (token.name(), value(token, now))).collect();
    let row = |token: &Token| {
        vec![
            token.name(),
            token.state(now).into(),
            token.pattern.clone(),
            format!("{} of {}", token.used, token.uses),
            moment(token.expires),
            token.user.clone(),
        ]
    };
    let listing =
        || table(&["TOKEN", "STATE", "FOR", "USED", "UNTIL", "MADE BY"], tokens.iter().map(row).collect());
    records(options.output.out, &options.output.style(), &named, listing);
}

fn value(token: &Token, now: i64) -> Value {
    Value::Map(map([
        ("state", token.state(now).into()),
        ("for", token.pattern.as_str().into()),
        ("uses", i64::from(token.uses).into()),
        ("used", i64::from(token.used).into()),
        ("created", token.created.into()),
        ("expires", token.expires.into()),
        ("user", token.user.as_str().into()),
    ]))
}

fn with_token(info: &Token, token: &str) -> Value {
    let mut value = value(info, info.created);
    if let Value::Map(map) = &mut value {
        map.insert("token".into(), token.into());
    }
    value
}
