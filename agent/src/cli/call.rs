//! `agent call`.

use clap::Args;
use common::exit;
use common::value::Value;
use states::functions::{find, words};

use super::CommandError;
use super::local::{LocalOptions, LocalRun};
use super::output::OutputOptions;
use crate::worker::{called, is_compile_failure};

/// Call an execution function on this host, such as `grains.items`, `cmd.run` or `state.show_lowstate`.
///
/// Arguments are read as YAML: `true` is a boolean, `[1, 2]` a list; KEY=VALUE is an argument by name. The command of a
/// `cmd.*` function stays the text it is and goes through a shell. `agent call --local sys.doc` lists the functions.
///
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
    local: LocalOptions,

    #[command(flatten)]
    output: OutputOptions,
}

impl Call {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        self.local.require("call")?;
        let arguments = words::parse(&self.function, &self.arguments);
        let test = common::value::get(&arguments.keyword, "test").is_some_and(Value::is_true);
        let run = LocalRun::prepare(self.local.clone(), test)?;
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
