//! Which commit a working copy is at, read from git's own files: no `git` is needed.

use std::path::{Path, PathBuf};

/// The most symbolic references that are followed; git itself allows five.
const REFERENCES: usize = 5;

/// The commit that the working copy around `folder` is at; `None` where there is none.
#[must_use]
pub fn commit(folder: &Path) -> Option<String> {
    let real = folder.canonicalize().ok()?;
    let git = real.ancestors().find_map(git_dir)?;
    // A worktree has its own HEAD; branches are in the common directory.
    let common = std::fs::read_to_string(git.join("commondir"));
    let common = common.map_or_else(|_| git.clone(), |path| git.join(path.trim()));
    let mut text = read(&git.join("HEAD"))?;
    for _ in 0..REFERENCES {
        let Some(name) = text.strip_prefix("ref: ") else {
            return is_commit(&text).then_some(text);
        };
        // A name from a file that others may write is still only looked up below the git directory.
        if name.split('/').any(|part| part.is_empty() || part == "..") {
            return None;
        }
        text =
            read(&git.join(name)).or_else(|| read(&common.join(name))).or_else(|| packed(&common, name))?;
    }
    None
}

fn git_dir(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = std::fs::read_to_string(&git).ok()?;
    Some(folder.join(text.strip_prefix("gitdir:")?.trim()))
}

fn packed(common: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(common.join("packed-refs")).ok()?;
    let line = text.lines().find(|line| line.split_once(' ').is_some_and(|(_, known)| known == name))?;
    line.split_once(' ').map(|(commit, _)| commit.to_owned())
}

fn read(path: &Path) -> Option<String> {
    Some(std::fs::read_to_string(path).ok()?.trim().to_owned())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn follows_references_loose_and_packed() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        let tree = folder.path().join("salt/roots");
        std::fs::create_dir_all(git.join("refs/heads")).unwrap();
        std::fs::create_dir_all(&tree).unwrap();
        std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        assert_eq!(commit(&tree), None);
        std::fs::write(git.join("packed-refs"), format!("# pack-refs\n{COMMIT} refs/heads/main\n")).unwrap();
        assert_eq!(commit(&tree).as_deref(), Some(COMMIT));
        let loose = COMMIT.replace('0', "f");
        std::fs::write(git.join("refs/heads/main"), &loose).unwrap();
        assert_eq!(commit(&tree), Some(loose));
        std::fs::write(git.join("HEAD"), "ref: ../../etc/passwd\n").unwrap();
        assert_eq!(commit(&tree), None);
    }
}
