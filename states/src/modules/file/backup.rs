//! `backup: minion`: what a file held before a state changed it, kept under the cache directory.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::context::Context;

/// Keeps a copy of `path` if the state, or else the configuration's `backup_mode`, asks for one on this host.
pub(super) fn keep(context: &Context, path: &Path, mode: &str) -> io::Result<()> {
    let mode = if mode.is_empty() {
        context.config("backup_mode").map(|mode| mode.to_string()).unwrap_or_default()
    } else {
        mode.to_owned()
    };
    if !matches!(mode.as_str(), "minion" | "both") || !path.is_file() {
        return Ok(());
    }
    let copy = place(&context.cache_dir, path, &jiff::Zoned::now());
    if let Some(directory) = copy.parent() {
        std::fs::create_dir_all(directory)?;
    }
    // `copy` takes the mode along; an owner that may not be given is not worth failing the state for.
    std::fs::copy(path, &copy)?;
    let metadata = path.metadata()?;
    let _ = std::os::unix::fs::chown(&copy, Some(metadata.uid()), Some(metadata.gid()));
    Ok(())
}

/// `CACHE/file_backup/etc/hosts_Sun_Nov_22_18:21:04_123456_2026`, as Salt's `file.list_backups` expects it.
fn place(cache: &Path, path: &Path, now: &jiff::Zoned) -> PathBuf {
    let micros = now.subsec_nanosecond() / 1000;
    let stamp = format!("{}_{micros:06}_{}", now.strftime("%a_%b_%d_%H:%M:%S"), now.year());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let directory = path.parent().and_then(|parent| parent.strip_prefix("/").ok()).unwrap_or(Path::new(""));
    cache.join("file_backup").join(directory).join(format!("{name}_{stamp}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_stand_where_salt_looks_for_them() {
        let now: jiff::Zoned = "2026-11-22T18:21:04.123456[UTC]".parse().unwrap();
        let place = place(Path::new("/var/cache"), Path::new("/etc/hosts"), &now);
        assert_eq!(place, Path::new("/var/cache/file_backup/etc/hosts_Sun_Nov_22_18:21:04_123456_2026"));
    }
}
