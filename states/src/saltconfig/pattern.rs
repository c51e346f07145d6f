//! Paths with wildcards, as a shell expands them.

use std::path::{Path, PathBuf};

use common::target::fnmatch;

/// The most paths that one pattern may name.
const LIMIT: usize = 10_000;

/// The files that an `include` names, sorted: below `folder` unless the pattern is absolute or begins with `~/`.
pub(super) fn files(pattern: &str, folder: &Path) -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").filter(|_| pattern.starts_with("~/"));
    let path = match home {
        Some(home) => Path::new(&home).join(&pattern[2..]),
        None => folder.join(pattern),
    };
    let mut found = expand(&path);
    found.sort();
    found
}

/// Whether a path has wildcards.
pub(super) fn has_magic(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// The paths there are that a pattern names. `*` does not match a name that begins with a dot.
pub(super) fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = part.as_os_str();
        match part.to_str().filter(|text| has_magic(text)) {
            None => paths.iter_mut().for_each(|path| path.push(part)),
            Some(wanted) => paths = paths.iter().flat_map(|path| names(path, wanted)).take(LIMIT).collect(),
        }
    }
    paths.retain(|path| path.symlink_metadata().is_ok());
    paths
}

fn names(folder: &Path, wanted: &str) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(here) else { return Vec::new() };
    let fits = |name: &str| (!name.starts_with('.') || wanted.starts_with('.')) && fnmatch(name, wanted);
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| fits(name)).take(LIMIT).map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_folders_and_names() {
        let home = tempfile::tempdir().unwrap();
        for path in ["a/x.conf", "a/.hidden.conf", "b/y.conf", "b/z.txt"] {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let names = |pattern: &str| -> Vec<String> {
            let found = files(pattern, home.path()).into_iter();
            found.map(|path| path.strip_prefix(home.path()).unwrap().display().to_string()).collect()
        };
        assert_eq!(names("*/*.conf"), ["a/x.conf", "b/y.conf"]);
        assert_eq!(names("a/.h*"), ["a/.hidden.conf"]);
        assert_eq!(names("[b]/?.txt"), ["b/z.txt"]);
        assert_eq!(names("b/z.txt"), ["b/z.txt"]);
        assert!(names("c/*.conf").is_empty() && names("nosuch").is_empty());
    }
}
