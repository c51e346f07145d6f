//! `master explain`.

use std::io::IsTerminal as _;

use clap::Args;
use common::id::HostId;
use common::value::{Map, Value};
use serde_json::{Value as Json, json};
use states::explain::{Explanation, Link};

use super::described::{Shape, TreeOptions, grains};
use super::error::CommandError;
use super::exit_code;
use super::options::DaemonOptions;
use super::printer::{data, talk};
use crate::api::{ApiError, CheckSpec, Client, Explained, Request, Response};
use crate::check;

/// How many characters of a value are shown.
const SHOWN: usize = 200;

/// Say why a state is on a host, and why it runs when it runs
///
/// It compiles for the host as `check` does, and touches no host: with the grains that the host sent last, or with
/// --grains, without a daemon.
///
/// Exit codes: 0 told; 2 the command line is wrong; 4 the tree does not compile for this host; 5 there is no such state or
/// no such host; 6 there is no daemon.
///
/// Examples:
///
///     master explain fp-1 /etc/http-proxy/proxy.conf
///     master explain fp-1 'proxy:*'
///     master explain fp-1 http-proxy --tree ./salt --grains grains.yaml --out json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Explain {
    /// The host
    host: HostId,

    /// The state: its id or name, SLS:ID, or a glob of these
    state: String,

    /// SLS files to compile in place of what the top file says; may be repeated
    #[arg(long, value_name = "SLS")]
    sls: Vec<String>,

    /// Compile here, for a host with these grains: a YAML file or a YAML map
    #[arg(long, value_name = "FILE|YAML")]
    grains: Option<String>,

    /// How to show it
    #[arg(long, value_name = "SHAPE", value_enum, default_value_t = Shape::Human)]
    out: Shape,

    #[command(flatten)]
    tree: TreeOptions,

    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Explain {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let spec = CheckSpec { sls: self.sls.clone(), ..self.tree.spec()? };
        let explained = match &self.grains {
            Some(text) => {
                let host = check::described(self.host.clone(), grains(text)?);
                check::explain(&self.daemon.config()?, &spec, &host, &self.state)
            }
            None => self.ask(spec).await?,
        };
        Ok(show(&explained, self.out))
    }

    async fn ask(&self, spec: CheckSpec) -> Result<Explained, CommandError> {
        let mut client = Client::connect(&self.daemon.socket()?).await?;
        let (host, state) = (self.host.clone(), self.state.clone());
        client.send(&Request::Explain { host, state, spec }).await?;
        match client.next().await? {
            Response::Explained(explained) => Ok(explained),
            _ => Err(ApiError::Unexpected.into()),
        }
    }
}

fn show(explained: &Explained, shape: Shape) -> u8 {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for error in explained.errors.iter().chain(&explained.unknown) {
        talk(&format!("{}\n", error.print(colour)));
    }
    if !explained.errors.is_empty() {
        return exit_code::NOT_COMPILED;
    }
    if explained.unknown.is_some() {
        return exit_code::NOTHING_MATCHED;
    }
    match shape {
        Shape::Human => {
            let texts: Vec<_> = explained.states.iter().map(human).collect();
            data(&texts.join("\n"));
        }
        Shape::Json => {
            let states: Vec<_> = explained.states.iter().map(as_json).collect();
            data(&format!("{:#}\n", Json::from(states)));
        }
    }
    exit_code::SUCCESS
}

/// One state, for people.
fn human(state: &Explanation) -> String {
    let mut text = format!("{} '{}'\n", state.function, state.id);
    let mut line = |what: &str, said: &str| {
        text.push_str(&format!("  {what:<11}{said}\n"));
    };
    if let Some(place) = &state.place {
        line("declared", &format!("{place}, in SLS '{}' of environment {}", state.sls, state.saltenv));
    }
    for (number, step) in state.way.iter().enumerate() {
        let what = if number == 0 { "here by" } else { "" };
        match &step.target {
            Some(target) => line(what, &format!("{}, below the target {target} of the top file", step.place)),
            None => line(what, &format!("{}, which includes it", step.place)),
        }
    }
    for (what, map) in [("arguments", &state.arguments), ("guards", &state.guards)] {
        for (number, (key, value)) in map.iter().enumerate() {
            line(if number == 0 { what } else { "" }, &format!("{key}: {}", short(value)));
        }
    }
    line("runs", &when(state));
    for (what, links) in
        [("after", &state.before), ("before", &state.after), ("listens to", &state.listens_to)]
    {
        for (number, link) in links.iter().enumerate() {
            line(if number == 0 { what } else { "" }, &linked(link));
        }
    }
    text
}

/// When a state runs, and why then.
fn when(state: &Explanation) -> String {
    if state.number == 0 {
        return "never: another state of the same module, id, name and function runs in its stead".into();
    }
    let mut said = format!("as number {} of {}, by its order {}", state.number, state.of, state.order);
    if let Some(other) = &state.pulled_by {
        said.push_str(&format!(", brought forward by {other}, which needs it"));
    }
    if !state.listens_to.is_empty() {
        said.push_str(", and once more at the end if what it listens to changed");
    }
    said
}

fn linked(link: &Link) -> String {
    format!("{} '{}' (number {}), by `{}` at {}", link.function, link.id, link.number, link.kind, link.place)
}

/// A value on one line, cut where it is long.
fn short(value: &Value) -> String {
    let text = value.to_json().to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn as_json(state: &Explanation) -> Json {
    let map = |map: &Map| Value::Map(map.clone()).to_json();
    json!({
        "id": state.id,
        "name": state.name,
        "function": state.function,
        "sls": state.sls,
        "saltenv": state.saltenv,
        "place": state.place,
        "way": state.way,
        "arguments": map(&state.arguments),
        "guards": map(&state.guards),
        "order": state.order.to_json(),
        "number": state.number,
        "of": state.of,
        "pulled_by": state.pulled_by,
        "after": state.before,
        "before": state.after,
        "listens_to": state.listens_to,
    })
}
