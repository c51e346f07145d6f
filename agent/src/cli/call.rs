//! `agent call`.

use clap::Args;
use common::exit;
use common::message::OwnWork;
use common::value::Value;
use states::functions::{Arguments, find, words};

use super::local::LocalRun;
use super::options::Options;
use super::output::OutputOptions;
use super::{CommandError, inside, remote};
use crate::jobs::{Class, classify_function};
use crate::worker::{called, is_compile_failure};

/// Call an execution function on this host, such as `grains.items`, `cmd.run` or `state.show_lowstate`.
///
/// The call is a job of the master, with the master's tree and pillar, through the running agent; with --local it does without
/// both.
///
/// Arguments are read as YAML: `true` is a boolean, `[1, 2]` a list; KEY=VALUE is an argument by name. The command of a
/// `cmd.*` function stays the text it is and goes through a shell. `agent call --local sys.doc` lists the functions.
///
///     agent call state.apply web test=True
///     agent call --local grains.get os
///     agent call --local cmd.run 'uptime' timeout=5
///     agent call --local --file-root tree --out json state.show_highstate
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Call {
    /// The function
    function: String,

    /// Its arguments
    #[arg(value_name = "ARGUMENT|KEY=VALUE", allow_negative_numbers = true)]
    arguments: Vec<String>,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    output: OutputOptions,
}

impl Call {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        let arguments = words::parse(&self.function, &self.arguments);
        if self.options.local { self.locally(arguments) } else { self.through_the_master(arguments) }
    }

    fn through_the_master(self, arguments: Arguments) -> Result<u8, CommandError> {
        self.options.require_no_pillar()?;
        let settings = self.options.settings()?;
        if classify_function(&self.function) == Class::Exclusive {
            inside::refuse(&settings)?;
        }
        let Arguments { positional, keyword } = arguments;
        let work = OwnWork::Call { function: self.function.clone(), positional, keyword };
        let report = remote::run(&settings, work)?;
        let not_compiled = is_compile_failure(&self.function, &report.value);
        self.output.show(&report.value, not_compiled);
        Ok(if not_compiled { exit::NOT_COMPILED } else { remote::exit_code(&report) })
    }

    fn locally(&self, arguments: Arguments) -> Result<u8, CommandError> {
        let test = common::value::get(&arguments.keyword, "test").is_some_and(Value::is_true);
        let run = LocalRun::prepare(&self.options, test)?;
        let context = match run.context() {
            Ok(context) => context,
            Err(errors) => {
                self.output.show(&Value::List(errors), true);
                return Ok(exit::NOT_COMPILED);
            }
        };
        if find(&self.function).is_none() {
            // The registry's error has the nearest name.
            let error = called(&context, &self.function, arguments).err().unwrap_or_default();
            return Err(CommandError::usage(error));
        }
        let changes = classify_function(&self.function) == Class::Exclusive;
        let _turn = match changes {
            true => run.take_turn(&format!("agent call {}", self.function))?,
            false => None,
        };
        match called(&context, &self.function, arguments) {
            Ok((value, retcode)) => {
                let not_compiled = is_compile_failure(&self.function, &value);
                self.output.show(&value, not_compiled);
                Ok(match retcode {
                    0 => exit::SUCCESS,
                    _ if not_compiled => exit::NOT_COMPILED,
                    _ => exit::FAILED,
                })
            }
            Err(error) => Err(CommandError { code: exit::FAILED, message: error }),
        }
    }
}
