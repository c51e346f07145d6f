//! `saltutil.*`: the jobs of a host, and refreshing what it knows.
//!
//! On a host with an agent its daemon answers for the jobs. Where these functions are called here, by a template or a local
//! call, there is no daemon: nothing runs but the caller.

use common::value::{Map, Value};

use super::registry::{Arguments, Function, FunctionError};

/// Declares a function that has nothing to do, since everything it would refresh is made anew for each job.
macro_rules! fresh {
    ($name:literal, $what:literal, $value:expr) => {
        Function {
            name: $name,
            doc: concat!("Does nothing: ", $what),
            parameters: &[],
            run: |_, _| Ok($value),
        }
    };
}

/// Declares a function that ends a job.
macro_rules! ends {
    ($name:literal, $doc:literal) => {
        Function {
            name: $name,
            doc: concat!($doc, "\n\njid: the id of the job"),
            parameters: &["jid"],
            run: |_, arguments| no_daemon($name, arguments),
        }
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "saltutil.running",
        doc: "The jobs that run on the host.",
        parameters: &[],
        run: |_, _| Ok(Value::List(Vec::new())),
    },
    Function {
        name: "saltutil.is_running",
        doc: "The jobs of a function that run on the host.\n\nfun: the function, or a glob",
        parameters: &["fun"],
        run: |_, _| Ok(Value::List(Vec::new())),
    },
    Function {
        name: "saltutil.find_job",
        doc: "The job of an id, if it runs on the host.\n\njid: the id of the job",
        parameters: &["jid"],
        run: |_, _| Ok(Map::new().into()),
    },
    ends!("saltutil.kill_job", "Kills a job of the host."),
    ends!("saltutil.term_job", "Ends a job of the host."),
    ends!("saltutil.signal_job", "Sends a signal to a job of the host."),
    fresh!("saltutil.refresh_pillar", "pillar is compiled for each job.", true.into()),
    fresh!("saltutil.refresh_grains", "grains are collected for each job.", true.into()),
    fresh!("saltutil.refresh_modules", "all functions are part of the program.", true.into()),
    fresh!("saltutil.sync_all", "all functions are part of the program.", Map::new().into()),
    fresh!(
        "saltutil.sync_grains",
        "grains of one's own stand in the configuration.",
        Value::List(Vec::new())
    ),
    fresh!("saltutil.sync_modules", "all functions are part of the program.", Value::List(Vec::new())),
    fresh!("saltutil.sync_states", "all functions are part of the program.", Value::List(Vec::new())),
];

fn no_daemon(function: &str, arguments: &Arguments) -> Result<Value, FunctionError> {
    let job = arguments.get(0, "jid").map(ToString::to_string).unwrap_or_default();
    Err(FunctionError::Failed {
        name: function.into(),
        reason: format!(
            "job {job:?} is not here: jobs run under the agent's daemon, so ask for it through the master"
        ),
    })
}
