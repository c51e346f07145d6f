//! `file.managed`: making the file what it shall be.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use common::value::Map;

use super::super::super::{Call, Done, Failure, change};
use super::super::atomic::{self, Attributes};
use super::super::content::Content;
use super::super::ownership::{Principal, Status, Wanted};
use super::super::{backup, paths};
use super::{Managed, Plan};
use crate::process::Command;

pub(super) fn converge(state: &Managed, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
    match plan {
        Plan::Permissions { path, wanted, comment } => {
            let applied = wanted.apply(&path, state.follow_symlinks.0);
            let (changes, failures) =
                applied.map_err(|error| paths::failure("Unable to change", &path, &error))?;
            Ok(match failures.is_empty() {
                true => Done::ok(comment, changes),
                false => Done::failed(failures.join("; "), changes),
            })
        }
        Plan::Replace { path, content, wanted, changes } => {
            if let Some(done) = run_check(state, call, &content, &wanted)? {
                return Ok(done);
            }
            let backup_mode = state.backup.as_deref().unwrap_or_default();
            backup::keep(call.context, &path, backup_mode)
                .map_err(|error| paths::failure("Unable to keep a backup of", &path, &error))?;
            let current =
                Attributes::of(&path).map_err(|error| paths::failure("Unable to read", &path, &error))?;
            commit(&path, &content, &wanted, current)?;
            Ok(Done::ok(format!("File {} updated", paths::expand_user(&state.name)), changes))
        }
        Plan::Create { path, content, from_source, wanted } => {
            create(state, call, &path, content.as_ref(), from_source, wanted)
        }
    }
}

fn create(
    state: &Managed,
    call: &Call<'_>,
    path: &Path,
    content: Option<&Content>,
    from_source: bool,
    wanted: Wanted,
) -> Result<Done, Failure> {
    if let Some(content) = content
        && let Some(done) = run_check(state, call, content, &wanted)?
    {
        return Ok(done);
    }
    if state.makedirs.0 {
        let mode = state.dir_mode.map(|mode| mode.0).or_else(|| wanted.mode.map(paths::parent_mode));
        paths::make_parents(path, &wanted.with_mode(mode))?;
    }
    let mut changes = match content {
        None => change("new", format!("file {} created", path.display())),
        Some(content) if state.new_file_diff.0 => change("diff", state.diff(content, None)?),
        Some(_) => change("diff", "New file"),
    };
    let mode = wanted.mode.unwrap_or_else(atomic::default_mode);
    // Salt shows `mode` when it differs from what its first copy had: private for sources and where a mode is given.
    let first = if from_source || wanted.mode.is_some() { 0o600 } else { atomic::default_mode() };
    let before = Status { mode: first, ..new_file_status(path) };
    changes.extend(wanted.with_mode(Some(mode)).differences(&before));
    let empty = Content::Bytes(Vec::new());
    commit(path, content.unwrap_or(&empty), &wanted, Attributes { uid: None, gid: None, mode })?;
    let comment = match content {
        None => "Empty file".into(),
        Some(_) => format!("File {} updated", path.display()),
    };
    Ok(Done::ok(comment, changes))
}

/// Writes the file with the owner and mode the state wants, and `otherwise` where it does not say.
fn commit(path: &Path, content: &Content, wanted: &Wanted, otherwise: Attributes) -> Result<(), Failure> {
    let attributes = Attributes {
        uid: wanted.user.as_ref().and_then(Principal::uid).or(otherwise.uid),
        gid: wanted.group.as_ref().and_then(Principal::gid).or(otherwise.gid),
        mode: wanted.mode.unwrap_or(otherwise.mode),
    };
    atomic::write(path, content, attributes)
        .map_err(|error| Failure::new(format!("Failed to commit change: {error}")))
}

/// Who owns a file that this program makes at `path`.
fn new_file_status(path: &Path) -> Status {
    let directory = path.parent().and_then(|parent| parent.metadata().ok());
    let inherited = directory.filter(|metadata| metadata.mode() & 0o2000 != 0).map(|metadata| metadata.gid());
    Status {
        uid: nix::unistd::geteuid().as_raw(),
        gid: inherited.unwrap_or_else(|| nix::unistd::getegid().as_raw()),
        mode: 0,
        link: false,
    }
}

/// Runs `check_cmd` on a copy of the new content. A command that fails is the end of the state.
fn run_check(
    state: &Managed,
    call: &Call<'_>,
    content: &Content,
    wanted: &Wanted,
) -> Result<Option<Done>, Failure> {
    if state.check_cmd.0.is_empty() {
        return Ok(None);
    }
    let failed = |error: std::io::Error| Failure::new(format!("Unable to check_cmd file: {error}"));
    let suffix = state.tmp_ext.as_deref().unwrap_or_default();
    let directory = state.tmp_dir.as_deref().map_or_else(std::env::temp_dir, Into::into);
    let mut copy = tempfile::Builder::new().suffix(suffix).tempfile_in(directory).map_err(failed)?;
    content.write_to(copy.as_file_mut()).map_err(failed)?;
    if let Some(mode) = wanted.mode {
        copy.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
    }
    for check in &state.check_cmd.0 {
        let output =
            call.context.processes.run(&Command::shell(format!("{check} {}", copy.path().display())))?;
        if output.status != 0 {
            let said = [output.stdout_text(), output.stderr_text()];
            let comment = said
                .iter()
                .filter(|text| !text.is_empty())
                .fold(String::from("check_cmd execution failed"), |comment, text| comment + "\n" + text);
            return Ok(Some(Done::failed(comment, Map::new())));
        }
    }
    Ok(None)
}
