//! `master apply`.

use clap::Args;

use super::error::CommandError;
use super::follow::{self, Follow};
use super::jobs;
use super::options::{JobOptions, pillar};
use crate::jobs::{ApplySpec, JobSpec, Spec};

/// Converge hosts to what the state tree says
///
/// Every targeted host first fetches the tree and compiles its plan. When all that answer have done so, hosts are changed, at
/// most `--batch` at a time. A tree that does not compile for one host ends the job before any host is changed.
///
/// Examples:
///
///     master apply --target 'fp-*' --batch 100
///     master apply --target 'fp-*' --batch 1,5%,25%,100% --verify 'service http-proxy status'
///     master apply --retry-failed --batch 25
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

    /// Begin with the first hosts at once; each compiles when its turn comes
    ///
    /// Without this, every host fetches and compiles before the first is changed, so that a tree that does not compile somewhere
    /// changes nobody.
    #[arg(long)]
    no_prepare: bool,

    /// Apply again what an earlier job applied, to the hosts where it did not go well [default: the newest job]
    #[arg(long, value_name = "JID", num_args = 0..=1, default_missing_value = "last", conflicts_with_all = ["sls", "target", "pillar", "saltenv"])]
    retry_failed: Option<String>,

    /// Follow the apply that is at work on these hosts, if there is one, in place of starting another
    #[arg(long, conflicts_with = "retry_failed")]
    join: bool,

    #[command(flatten)]
    job: JobOptions,
}

impl Apply {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        if let Some(job) = &self.retry_failed {
            let spec = self.again(job).await?;
            return follow::start(&self.job, spec, Follow::default()).await;
        }
        // Salt takes the names joined by commas, too.
        let sls = self.sls.iter().flat_map(|names| names.split(',')).filter(|name| !name.is_empty());
        let work = Spec::Apply(ApplySpec {
            sls: sls.map(Into::into).collect(),
            test: self.test,
            saltenv: self.saltenv.clone(),
            pillar: pillar(self.pillar.as_deref())?,
        });
        let mut spec = self.job.job(work);
        spec.policy.no_prepare = self.no_prepare;
        follow::start(&self.job, spec, Follow { join: self.join, comparison: None }).await
    }

    /// What an earlier job applied, for the hosts where it did not go well.
    async fn again(&self, job: &str) -> Result<JobSpec, CommandError> {
        let socket = self.job.daemon.socket()?;
        let record = jobs::find(&socket, job).await?;
        let Spec::Apply(mut work) = record.spec.work else {
            let message =
                format!("job {} applied nothing: it was {}", record.jid, record.spec.work.describe());
            return Err(CommandError::usage(message));
        };
        work.test = self.test;
        let mut spec = self.job.job(Spec::Apply(work));
        spec.policy.no_prepare = self.no_prepare;
        spec.batch = spec.batch.or(record.spec.batch);
        spec.target = Some(format!("job:{}:bad", record.jid));
        Ok(spec)
    }
}
