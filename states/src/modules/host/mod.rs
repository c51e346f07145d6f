//! `host`: names and addresses in `/etc/hosts`.

mod absent;
mod hosts;
mod present;

use std::path::PathBuf;

use super::{Call, Failure, Function};
use hosts::Hosts;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::of::<absent::Absent>(), Function::of::<present::Present>()];

/// The file: `/etc/hosts`, unless the configuration's `hosts.file` names another.
fn path(call: &Call<'_>) -> PathBuf {
    call.context.config("hosts.file").map_or_else(|| "/etc/hosts".into(), |path| path.to_string().into())
}

fn read(call: &Call<'_>) -> Result<Hosts, Failure> {
    let path = path(call);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Hosts::parse(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Hosts::default()),
        Err(error) => Err(super::file::paths::failure("Unable to read", &path, &error)),
    }
}

fn write(call: &Call<'_>, hosts: &Hosts) -> Result<(), Failure> {
    let path = path(call);
    super::file::atomic::rewrite(&path, hosts.render().as_bytes())
        .map_err(|error| super::file::paths::failure("Unable to write", &path, &error))
}
