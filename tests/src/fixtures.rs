//! Example trees.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The tree in the way of a large production tree: `fixtures/lantern`, with `tree` and `pillar`.
#[must_use]
pub fn lantern() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lantern")
}

/// Copies a folder, links followed.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() {
            self::copy(&path, &copy);
        } else {
            fs::copy(&path, &copy).unwrap();
        }
    }
}

/// Puts a Git LFS pointer in the place of a file of a working copy, and its content where Git LFS keeps it.
pub fn track_with_lfs(working_copy: &Path, path: &str) {
    let file = working_copy.join(path);
    let content = fs::read(&file).unwrap();
    let sum = Command::new("sha256sum").arg(&file).output().unwrap();
    let oid = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
    let objects = working_copy.join(".git/lfs/objects").join(&oid[..2]).join(&oid[2..4]);
    fs::create_dir_all(&objects).unwrap();
    fs::write(objects.join(&oid), &content).unwrap();
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {}\n", content.len());
    fs::write(&file, pointer).unwrap();
}

/// Takes the content of every file under Git LFS away, as in a clone without `git lfs pull`.
pub fn lose_lfs_objects(working_copy: &Path) {
    fs::remove_dir_all(working_copy.join(".git/lfs/objects")).unwrap();
}
