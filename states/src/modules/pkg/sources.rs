//! Package files named by a state: brought to this host, with the versions they hold.

use std::fs;
use std::path::PathBuf;

use super::apt;
use super::targets::Target;
use crate::modules::{Call, Failure};

/// The local path of the file that `target.version` names (`salt://…` or an absolute path). apt wants it to end in `.deb`.
pub(super) fn fetch(call: &Call<'_>, target: &Target) -> Result<PathBuf, Failure> {
    let source = target.version.as_deref().unwrap_or_default();
    let refused = |why: &str| Failure::new(format!("Unable to cache {source}: {why}"));
    let Some(path) = source.strip_prefix("salt://") else {
        let path = PathBuf::from(source);
        return match (path.is_absolute(), path.is_file()) {
            (true, true) => Ok(path),
            (true, false) => Err(Failure::new(format!("{source} does not exist on minion"))),
            (false, _) => Err(refused("sources of packages are salt:// or absolute paths")),
        };
    };
    let (path, saltenv) = path.split_once("?saltenv=").unwrap_or((path, call.saltenv));
    let copy = call.context.files.fetch(saltenv, path)?.ok_or_else(|| refused("file not found"))?;
    if copy.extension().is_some_and(|extension| extension == "deb") {
        return Ok(copy);
    }
    let folder = call.context.cache_dir.join("packages");
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = folder.join(if name.ends_with(".deb") { name.into() } else { format!("{name}.deb") });
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(&copy, &named))
        .map_err(|error| refused(&format!("{}: {error}", named.display())))?;
    Ok(named)
}

/// The version of a package file.
pub(super) fn version(call: &Call<'_>, path: &str) -> Result<String, Failure> {
    let output = apt::run(call.context, ["dpkg-deb", "-f", path, "Version"])?;
    let version = output.stdout_text();
    if output.status != 0 || version.is_empty() {
        return Err(Failure::new(format!("Unable to get info for {path}: {}", output.stderr_text())));
    }
    Ok(version)
}
