//! `agent call`.

use clap::Args;
use common::exit;
use common::id::JobId;
use common::message::OwnWork;
use common::value::{Map, Value, get, map};
use states::functions::{self, Arguments, find, words};

use super::local::{LocalRun, pillar_failed};
use super::options::Options;
use super::output::{OutputOptions, Shape};
use super::salt_call::SaltCallOptions;
use super::{CommandError, inside, remote};
use crate::jobs::{Class, classify_function};
use crate::worker::{called, is_compile_failure, is_state_run};

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
///     agent call --local --salt-config /etc/salt state.apply test=True
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(super) struct Call {
    /// The function
    #[arg(required_unless_present_any = ["doc", "show_grains"])]
    function: Option<String>,

    /// Its arguments
    #[arg(value_name = "ARGUMENT|KEY=VALUE", allow_negative_numbers = true)]
    arguments: Vec<String>,

    /// Exit with the function's own return code: for a state run 0, 1 where the tree does not compile, 2 where a state failed, 5
    /// where the pillar does not compile
    #[arg(long)]
    retcode_passthrough: bool,

    /// Show the call with its result: its jid, return code, id and arguments
    #[arg(long, requires = "local")]
    metadata: bool,

    /// What --metadata shows besides, as YAML
    #[arg(long, value_name = "YAML", requires = "local")]
    set_metadata: Option<String>,

    /// The keyword arguments whose values stay the text they are
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    no_parse: Vec<String>,

    /// Show the documentation of the functions whose names begin so, or of all
    #[arg(long, short, alias = "documentation")]
    doc: bool,

    /// Show the grains of this machine
    #[arg(short = 'g', conflicts_with_all = ["function", "doc"], requires = "local")]
    show_grains: bool,

    #[command(flatten)]
    options: Options,

    #[command(flatten)]
    output: OutputOptions,

    #[command(flatten)]
    salt_call: SaltCallOptions,
}

impl Call {
    pub(super) fn run(self) -> Result<u8, CommandError> {
        self.salt_call.refuse()?;
        if self.doc {
            return Ok(documentation(self.function.as_deref().unwrap_or_default()));
        }
        let Some(function) = self.function.as_deref() else { return self.grains() };
        let arguments = words::parse_but(function, &self.arguments, &self.no_parse);
        match self.options.local {
            true => self.locally(function, arguments),
            false => self.through_the_master(function, arguments),
        }
    }

    fn grains(&self) -> Result<u8, CommandError> {
        let run = LocalRun::prepare(&self.options, None)?;
        let context = run.context_without_pillar(&[]);
        let value = Value::Map(context.grains.as_ref().clone());
        self.output.show(Shape { value: &value, states: false, failed: false }, run.salt_opts())?;
        Ok(exit::SUCCESS)
    }

    fn through_the_master(&self, function: &str, arguments: Arguments) -> Result<u8, CommandError> {
        self.options.require_no_pillar()?;
        let settings = self.options.settings()?;
        if classify_function(function) == Class::Exclusive {
            inside::refuse(&settings)?;
        }
        let Arguments { positional, keyword } = arguments;
        let work = OwnWork::Call { function: function.into(), positional, keyword };
        let report = remote::run(&settings, work)?;
        let not_compiled = is_compile_failure(function, &report.value);
        let failed = report.retcode != 0;
        self.output.show(Shape { value: &report.value, states: not_compiled, failed }, None)?;
        Ok(match self.retcode_passthrough {
            true => u8::try_from(report.retcode).unwrap_or(exit::FAILED),
            false if not_compiled => exit::NOT_COMPILED,
            false => remote::exit_code(&report),
        })
    }

    fn locally(&self, function: &str, arguments: Arguments) -> Result<u8, CommandError> {
        let test = get(&arguments.keyword, "test").filter(|test| !test.is_null()).map(Value::is_true);
        let run = LocalRun::prepare(&self.options, test)?;
        if find(function).is_none() {
            return Err(unknown(&run, function));
        }
        let context = match run.context_of(&arguments) {
            Ok(context) => context,
            Err(errors) if function.starts_with("state.") => {
                let errors = Value::List(pillar_failed(&errors));
                return self.finish(&run, function, &errors, PILLAR_FAILED);
            }
            Err(errors) => {
                for error in &errors {
                    super::output::talk(&format!("warning: the pillar does not compile: {error}"));
                }
                run.context_without_pillar(&errors)
            }
        };
        let waits = classify_function(function) == Class::Exclusive
            && !get(&arguments.keyword, "concurrent").is_some_and(Value::is_true);
        let _turn = match waits {
            true => run.take_turn(&format!("agent call {function}"))?,
            false => None,
        };
        match called(&context, function, arguments) {
            Ok((value, retcode)) => self.finish(&run, function, &value, retcode),
            Err(error) => Err(CommandError { code: exit::FAILED, message: error }),
        }
    }

    /// Shows a result; the exit code.
    fn finish(
        &self,
        run: &LocalRun,
        function: &str,
        value: &Value,
        retcode: i32,
    ) -> Result<u8, CommandError> {
        let retcode = if retcode == 0 && says_no(value) { 1 } else { retcode };
        let not_compiled = is_compile_failure(function, value);
        // Salt shows the errors of what only compiles as it shows any list.
        let states = not_compiled && (run.salt_opts().is_none() || is_state_run(function));
        if self.metadata {
            let value = self.with_metadata(run, function, value, retcode)?;
            let shape = Shape { value: &value, states: false, failed: retcode != 0 };
            self.output.show(shape, run.salt_opts())?;
        } else {
            self.output.show(Shape { value, states, failed: retcode != 0 }, run.salt_opts())?;
        }
        Ok(match retcode {
            0 => exit::SUCCESS,
            retcode if self.retcode_passthrough => u8::try_from(retcode).unwrap_or(exit::FAILED),
            _ if not_compiled && run.salt_opts().is_none() => exit::NOT_COMPILED,
            _ => exit::FAILED,
        })
    }

    /// The call as salt-call shows it with `--metadata`.
    fn with_metadata(
        &self,
        run: &LocalRun,
        function: &str,
        value: &Value,
        retcode: i32,
    ) -> Result<Value, CommandError> {
        let jid = JobId::at(jiff::Timestamp::now());
        let mut all = map([
            ("jid", jid.as_str().into()),
            ("return", value.clone()),
            ("retcode", i64::from(retcode).into()),
        ]);
        if is_state_run(function) {
            all.insert("out".into(), "highstate".into());
        }
        all.insert("id".into(), run.id().into());
        all.insert("fun".into(), function.into());
        all.insert("fun_args".into(), self.arguments.clone().into());
        if let Some(metadata) = &self.set_metadata {
            all.insert("metadata".into(), words::value(metadata));
        }
        Ok(Value::Map(all))
    }
}

/// What a state run of a host whose pillar does not compile returns to `salt-call --retcode-passthrough`.
const PILLAR_FAILED: i32 = 5;

/// Whether a value says itself that it is no success.
fn says_no(value: &Value) -> bool {
    let no =
        |map: &Map| ["result", "success"].iter().any(|key| get(map, key).is_some_and(|flag| !flag.is_true()));
    value.as_map().is_some_and(no)
}

/// The error for a function that there is not; it names the nearest one.
fn unknown(run: &LocalRun, function: &str) -> CommandError {
    let context = run.context_without_pillar(&[]);
    let message = match functions::call(&context, function, &Arguments::default()) {
        Err(error) => error.to_string(),
        Ok(_) => format!("'{function}' is not available."),
    };
    match run.salt_opts() {
        Some(_) => CommandError { code: exit::SALT_NO_FUNCTION, message },
        None => CommandError::usage(message),
    }
}

/// Prints the documentation of functions.
fn documentation(begin: &str) -> u8 {
    for function in functions::all().filter(|function| function.name.starts_with(begin)) {
        super::output::print(&format!("{}:\n\n{}\n\n", function.name, function.doc));
    }
    exit::SUCCESS
}
