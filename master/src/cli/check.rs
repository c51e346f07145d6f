//! `master check`.

use clap::Args;
use common::id::HostId;

use super::check_output::{self, Checked};
use super::described::{Shape, TreeOptions, paired};
use super::error::CommandError;
use super::options::DaemonOptions;
use crate::api::{ApiError, CheckSpec, Client, Request, Response};
use crate::check;

/// Compile pillar and states for every known host, touching none
///
/// With the daemon's help it compiles for each accepted host, with the grains that host sent last. With --id it compiles
/// for hosts that you describe, and needs no daemon. Every error is told, one that many hosts share once. SLS files that no
/// host gets are compiled as well; what is wrong with them is a note.
///
/// Exit codes: 0 the tree compiles; 1 it compiles, and with --strict there are warnings; 2 the command line is wrong;
/// 4 it does not compile for some host; 5 the target matches no host; 6 there is no daemon.
///
/// Examples:
///
///     master check
///     master check --lint --target 'fp-*'
///     master check --tree ./salt --pillar-root ./pillar --id fp-1 --grains grains.yaml
///     master check --tree ./salt --id web-1 --id db-1 --grains '{os: Debian}' --out json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Check {
    /// The SLS files to compile, by name [default: what the top file says]
    #[arg(value_name = "SLS")]
    sls: Vec<String>,

    /// Compile for a host of this id; may be repeated
    #[arg(long, value_name = "ID")]
    id: Vec<HostId>,

    /// The grains of the hosts that --id names: a YAML file or a YAML map, one for all or one for each
    #[arg(long, value_name = "FILE|YAML", requires = "id")]
    grains: Vec<String>,

    /// Which hosts, in the grammar of targets [default: every accepted host]
    #[arg(short, long, value_name = "TARGET", conflicts_with = "id")]
    target: Option<String>,

    /// Also warn of what compiles and may not do what was meant
    #[arg(long)]
    lint: bool,

    /// SLS files that no host gets must compile, too
    #[arg(long)]
    all: bool,

    /// End with 1 when there are warnings
    #[arg(long)]
    strict: bool,

    /// How to show what was found
    #[arg(long, value_name = "SHAPE", value_enum, default_value_t = Shape::Human)]
    out: Shape,

    #[command(flatten)]
    tree: TreeOptions,

    #[command(flatten)]
    daemon: DaemonOptions,
}

impl Check {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        let spec = CheckSpec {
            target: self.target.clone(),
            sls: self.sls.clone(),
            lint: self.lint,
            ..self.tree.spec()?
        };
        let checked = if self.id.is_empty() { self.ask(spec).await? } else { self.here(&spec)? };
        Ok(check_output::show(&checked, self.out, self.all, self.strict))
    }

    /// Compiles in this process, for hosts that the command line describes.
    fn here(&self, spec: &CheckSpec) -> Result<Checked, CommandError> {
        let described = paired(&self.id, &self.grains)?.into_iter();
        let hosts: Vec<_> = described.map(|(id, grains)| check::described(id, grains)).collect();
        let mut checked = Checked::default();
        checked.unused =
            check::check(&self.daemon.config()?, spec, &hosts, |result| checked.results.push(result));
        Ok(checked)
    }

    async fn ask(&self, spec: CheckSpec) -> Result<Checked, CommandError> {
        let mut client = Client::connect(&self.daemon.socket()?).await?;
        client.send(&Request::Check(spec)).await?;
        let mut checked = Checked::default();
        loop {
            match client.next().await? {
                Response::Checked(result) => checked.results.push(result),
                Response::Unused(unused) => checked.unused = unused,
                Response::Done => return Ok(checked),
                _ => return Err(ApiError::Unexpected.into()),
            }
        }
    }
}
