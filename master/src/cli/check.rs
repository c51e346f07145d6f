//! `master check`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use common::id::HostId;
use common::value::Map;

use super::error::CommandError;
use super::exit_code;
use super::options::{DaemonOptions, parse_map, pillar};
use super::printer::{data, talk};
use crate::api::{ApiError, CheckResult, CheckSpec, Client, Request, Response};

/// Compile pillar and states for every known host, touching none
///
/// With the daemon's help it compiles for each accepted host, with the grains that host sent last. With --id it compiles
/// for a host that you describe, and needs no daemon.
///
/// Examples:
///
///     master check
///     master check --tree ./salt --pillar-root ./pillar --target 'fp-*'
///     master check --tree ./salt --id fp-1 --grains grains.yaml
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Check {
    /// The SLS files to compile, by name [default: what the top file says]
    #[arg(value_name = "SLS")]
    sls: Vec<String>,

    /// A state tree to compile in place of the configured one, as its environment `base`
    #[arg(long, value_name = "DIR")]
    tree: Option<PathBuf>,

    /// A pillar tree, likewise
    #[arg(long, value_name = "DIR")]
    pillar_root: Option<PathBuf>,

    /// Compile for a host of this id, described by --grains
    #[arg(long, value_name = "ID")]
    id: Option<HostId>,

    /// A YAML file with the grains of the host that --id names
    #[arg(long, value_name = "FILE", requires = "id")]
    grains: Option<PathBuf>,

    /// Which hosts, in the grammar of targets [default: every accepted host]
    #[arg(short, long, value_name = "TARGET", conflicts_with = "id")]
    target: Option<String>,

    /// Pillar to merge over every host's own, as a YAML map
    #[arg(long, value_name = "YAML")]
    pillar: Option<String>,

    /// The environment of the tree [default: base]
    #[arg(long, value_name = "NAME")]
    saltenv: Option<String>,

    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Check {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let spec = CheckSpec {
            target: self.target.clone(),
            sls: self.sls.clone(),
            saltenv: self.saltenv.clone(),
            pillar: pillar(self.pillar.as_deref())?,
            tree: self.tree.as_deref().map(folder).transpose()?,
            pillar_tree: self.pillar_root.as_deref().map(folder).transpose()?,
        };
        let results = match &self.id {
            Some(id) => {
                let host = crate::check::described(id.clone(), self.described_grains()?);
                let config = self.daemon.config()?;
                let mut results = Vec::new();
                crate::check::check(&config, &spec, &[host], |result| results.push(result));
                results
            }
            None => self.ask(spec).await?,
        };
        Ok(show(&results))
    }

    fn described_grains(&self) -> Result<Map, CommandError> {
        let Some(file) = &self.grains else { return Ok(Map::new()) };
        let wrong = |reason: String| CommandError::usage(format!("{}: {reason}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        parse_map(&text).map_err(wrong)
    }

    async fn ask(&self, spec: CheckSpec) -> Result<Vec<CheckResult>, CommandError> {
        let mut client = Client::connect(&self.daemon.socket()?).await?;
        client.send(&Request::Check(spec)).await?;
        let mut results = Vec::new();
        loop {
            match client.next().await? {
                Response::Checked(result) => results.push(result),
                Response::Done => return Ok(results),
                _ => return Err(ApiError::Unexpected.into()),
            }
        }
    }
}

/// A folder as the daemon, which works elsewhere, knows it.
fn folder(path: &Path) -> Result<PathBuf, CommandError> {
    match path.canonicalize() {
        Ok(folder) if folder.is_dir() => Ok(folder),
        Ok(_) => Err(CommandError::usage(format!("{} is no folder", path.display()))),
        Err(error) => Err(CommandError::usage(format!("{}: {error}", path.display()))),
    }
}

/// Shows what was found. An error that many hosts share is shown once.
fn show(results: &[CheckResult]) -> u8 {
    let mut errors: BTreeMap<String, Vec<&HostId>> = BTreeMap::new();
    let mut warnings: BTreeMap<&str, Vec<&HostId>> = BTreeMap::new();
    for result in results {
        for error in &result.errors {
            errors.entry(error.to_string()).or_default().push(&result.host);
        }
        for warning in &result.warnings {
            warnings.entry(warning).or_default().push(&result.host);
        }
    }
    for (warning, hosts) in &warnings {
        data(&format!("warning: {warning}\n   = for {}\n\n", names(hosts)));
    }
    for (error, hosts) in &errors {
        data(&format!("error: {error}\n   = for {}\n\n", names(hosts)));
    }
    let broken = results.iter().filter(|result| !result.errors.is_empty()).count();
    let states: usize = results.iter().map(|result| result.states).sum();
    if broken == 0 {
        talk(&format!("the tree compiles for {} ({states} states)", count(results.len())));
        exit_code::SUCCESS
    } else {
        talk(&format!("the tree does not compile for {broken} of {}", count(results.len())));
        exit_code::NOT_COMPILED
    }
}

/// The first few hosts by name.
fn names(hosts: &[&HostId]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = hosts.iter().take(SHOWN).map(|host| host.as_str()).collect();
    match hosts.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn count(hosts: usize) -> String {
    if hosts == 1 { "1 host".into() } else { format!("{hosts} hosts") }
}
