//! `master call`.

use clap::Args;
use states::functions::words;

use super::comparing::CompareOptions;
use super::error::CommandError;
use super::follow::{self, Follow};
use super::options::JobOptions;
use crate::jobs::{CallSpec, Spec};

/// Call an execution function on hosts
///
/// Arguments are read as YAML; KEY=VALUE gives one by its name.
///
/// Examples:
///
///     master call test.ping
///     master call --target 'fp-*' grains.get os
///     master call cmd.run 'uptime' timeout=5
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Call {
    /// The function, such as `test.ping`
    function: String,

    /// Its arguments, by position or as KEY=VALUE
    #[arg(value_name = "ARG|KEY=VALUE", allow_negative_numbers = true)]
    arguments: Vec<String>,

    #[command(flatten)]
    compare: CompareOptions,

    #[command(flatten)]
    job: JobOptions,
}

impl Call {
    pub(super) async fn run(self) -> Result<u8, CommandError> {
        if !self.function.contains('.') {
            let message =
                format!("{:?} is not a function: write module.function, such as test.ping", self.function);
            return Err(CommandError::usage(message));
        }
        let arguments = words::parse(&self.function, &self.arguments);
        let work = Spec::Call(CallSpec {
            function: self.function,
            positional: arguments.positional,
            keyword: arguments.keyword,
        });
        let comparison = self.compare.comparison()?;
        follow::start(&self.job, self.job.job(work), Follow { comparison, ..Follow::default() }).await
    }
}
