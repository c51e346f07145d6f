//! `clean`: what is in a directory and in no state that the directory requires.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::super::{Call, Failure};
use super::super::walk::{self, Patterns};
use super::super::{paths, recurse};

/// What is to be removed, a directory before what is in it.
pub(in super::super) fn leftovers(
    call: &Call<'_>,
    top: &Path,
    exclude: &Patterns,
) -> Result<Vec<PathBuf>, Failure> {
    let mut leftovers = Vec::new();
    if !top.is_dir() {
        return Ok(leftovers);
    }
    let kept = kept(call, top)?;
    for entry in walk::below(top, None)? {
        if !kept.contains(&entry.path) && !exclude.match_any(&walk::relative(&entry.path, top))? {
            leftovers.push(entry.path);
        }
    }
    // A directory that holds something excluded can't go.
    let all: BTreeSet<PathBuf> = leftovers.iter().cloned().collect();
    let stays = |path: &Path| {
        walk::below(path, None).is_ok_and(|entries| entries.iter().any(|entry| !all.contains(&entry.path)))
    };
    leftovers.retain(|path| path.is_symlink() || !path.is_dir() || !stays(path));
    Ok(leftovers)
}

/// Removes them.
pub(in super::super) fn remove(leftovers: &[PathBuf]) -> Result<(), Failure> {
    for path in leftovers.iter().filter(|path| paths::exists_itself(path)) {
        paths::remove(path).map_err(|error| paths::failure("Failed to remove", path, &error))?;
    }
    Ok(())
}

/// The paths that required file states manage, with the directories above them and, where a required state manages a
/// directory, all that is in it.
fn kept(call: &Call<'_>, top: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut kept = BTreeSet::new();
    for required in call.context.run.required_files(call.id) {
        let path = PathBuf::from(paths::expand_user(&required.name));
        if path.is_dir() && path.starts_with(top) {
            if required.function == "recurse" {
                kept.extend(recurse::managed_paths(call, &required)?);
            } else {
                kept.extend(walk::below(&path, None)?.into_iter().map(|entry| entry.path));
            }
        }
        kept.insert(path);
    }
    let parents: Vec<PathBuf> =
        kept.iter().flat_map(|path| path.ancestors().skip(1)).map(Into::into).collect();
    kept.extend(parents);
    Ok(kept)
}
