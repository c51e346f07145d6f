//! `agent apply`.

use clap::Args;
use common::exit;
use common::message::OwnWork;
use common::output::Counts;
use common::value::Value;
use states::engine::{self, Silent};

use super::local::{LocalRun, texts};
use super::options::Options;
use super::output::{OutputOptions, Shape};
use super::{CommandError, inside, remote};
use crate::worker::compile_request;

/// Apply state files to this host: those of the master, through the running agent, or with --local those of folders on this
/// machine.
///
/// Without names, the top file says which. Nothing is changed before the whole tree has compiled; with --test nothing is
/// changed at all, and the result is what would change.
///
///     agent apply
///     agent apply --local --file-root /srv/salt --pillar-root /srv/pillar
///     agent apply --local web,users --test
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Apply {
    /// The SLS files to apply, such as `web` or `users.admins`; globs and comma-separated lists are fine
    #[arg(value_delimiter = ',')]
    sls: Vec<String>,

    /// Change nothing; say what would change
    #[arg(long)]
    test: bool,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    output: OutputOptions,
}

impl Apply {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        if self.options.local { self.locally() } else { self.through_the_master() }
    }

    fn through_the_master(self) -> Result<u8, CommandError> {
        let settings = self.options.settings()?;
        inside::refuse(&settings)?;
        let work = OwnWork::Apply {
            sls: self.sls.into_iter().filter(|name| !name.is_empty()).collect(),
            test: self.test,
            saltenv: self.options.saltenv.clone(),
            pillar: self.options.pillar()?,
        };
        let report = remote::run(&settings, work)?;
        let failed = report.retcode != 0;
        self.output.show(Shape { value: &report.value, states: true, failed }, None)?;
        Ok(remote::exit_code(&report))
    }

    fn locally(&self) -> Result<u8, CommandError> {
        let run = LocalRun::prepare(&self.options, self.test.then_some(true))?;
        let context = match run.context() {
            Ok(context) => context,
            Err(errors) => return self.not_compiled(&run, errors),
        };
        let _turn = run.take_turn("agent apply")?;
        let plan = match compile_request(&context, &self.sls) {
            Ok(plan) => plan,
            Err(errors) => return self.not_compiled(&run, texts(&errors)),
        };
        for warning in &plan.warnings {
            super::output::talk(&format!("warning: {warning}"));
        }
        let report = engine::run(&plan, &context, &mut Silent);
        let value = report.to_value();
        let failed = value.as_map().map(Counts::of).unwrap_or_default().failed > 0;
        self.output.show(Shape { value: &value, states: true, failed }, run.salt_opts())?;
        Ok(if failed { exit::FAILED } else { exit::SUCCESS })
    }

    fn not_compiled(&self, run: &LocalRun, errors: Vec<Value>) -> Result<u8, CommandError> {
        let value = Value::List(errors);
        self.output.show(Shape { value: &value, states: true, failed: true }, run.salt_opts())?;
        Ok(if run.salt_opts().is_some() { exit::FAILED } else { exit::NOT_COMPILED })
    }
}
