//! `master apply`.

use clap::Args;

use super::error::CommandError;
use super::follow;
use super::options::{JobOptions, pillar};
use crate::jobs::{ApplySpec, Spec};

/// Converge hosts to what the state tree says
///
/// Every targeted host first fetches the tree and compiles its plan. When all that answer have done so, hosts are changed, at
/// most `--batch` at a time. A tree that does not compile for one host ends the job before any host is changed.
///
/// Examples:
///
///     master apply --target 'fp-*' --batch 100
///     master apply web.nginx web.certificates --test
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Apply {
    /// The SLS files to apply, by name [default: what the top file says]
    #[arg(value_name = "SLS")]
    sls: Vec<String>,

    /// Change nothing; show what would change
    #[arg(long)]
    test: bool,

    /// Pillar to merge over every host's own, as a YAML map
    #[arg(long, value_name = "YAML")]
    pillar: Option<String>,

    /// The environment of the tree [default: base]
    #[arg(long, value_name = "NAME")]
    saltenv: Option<String>,

    #[command(flatten)]
    job: JobOptions,
}

impl Apply {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        // Salt takes the names joined by commas, too.
        let sls = self.sls.iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty());
        let work = Spec::Apply(ApplySpec {
            sls: sls.map(Into::into).collect(),
            test: self.test,
            saltenv: self.saltenv.clone(),
            pillar: pillar(self.pillar.as_deref())?,
        });
        follow::start(&self.job, work).await
    }
}
