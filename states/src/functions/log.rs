//! `log.*`: lines for the log of the program that answers.

use std::sync::Arc;

use common::value::Value;

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use crate::context::Context;

/// Declares a function that logs at a level.
macro_rules! level {
    ($name:literal, $level:ident) => {
        Function {
            name: $name,
            doc: concat!("Writes a line to the log: ", stringify!($level), ".\n\nmessage: the line"),
            parameters: &["message"],
            run: |context, arguments| {
                let message = message(context, arguments, $name)?;
                tracing::$level!(target: "template", "{message}");
                Ok(true.into())
            },
        }
    };
}

/// The longest line, in bytes.
const LENGTH_LIMIT: usize = 4096;

pub(super) static FUNCTIONS: &[Function] = &[
    level!("log.critical", error),
    level!("log.debug", debug),
    level!("log.error", error),
    level!("log.exception", error),
    level!("log.info", info),
    level!("log.warning", warn),
];

fn message(_: &Arc<Context>, arguments: &Arguments, function: &str) -> Result<String, FunctionError> {
    let text = match arguments.get(0, "message") {
        Some(Value::String(text)) => text.to_string(),
        _ => required(arguments, 0, "message", function)?,
    };
    Ok(text.chars().take(LENGTH_LIMIT).collect())
}
