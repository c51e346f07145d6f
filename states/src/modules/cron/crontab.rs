//! Reading and writing a user's table through `crontab`.

use super::super::{Call, Failure};
use super::table::Table;
use crate::process::Command;

/// A user's table; an empty one where the user has none.
pub(super) fn read(call: &Call<'_>, user: &str) -> Result<Table, Failure> {
    let output = call.context.processes.run(&Command::direct(["crontab", "-u", user, "-l"]))?;
    // `crontab -l` fails where there is no table. What it printed is all there is to know either way.
    let text = String::from_utf8(output.stdout).map_err(|_| {
        Failure::new(format!("the crontab of {user} is not UTF-8 text, so it can't be changed without harm"))
    })?;
    Ok(Table::parse(&text))
}

/// Puts a table in place.
///
/// # Errors
/// What `crontab` said.
pub(super) fn write(call: &Call<'_>, user: &str, table: &Table) -> Result<(), String> {
    let mut command = Command::direct(["crontab", "-u", user, "-"]);
    command.stdin = Some(table.render().into_bytes());
    let output = call.context.processes.run(&command).map_err(|error| error.to_string())?;
    if output.status == 0 { Ok(()) } else { Err(output.stderr_text()) }
}
