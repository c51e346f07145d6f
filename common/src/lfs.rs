//! Git LFS pointer files: what stands in a working copy until `git lfs pull` has brought the content.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The longest pointer file, in bytes (the specification's limit).
pub const POINTER_LIMIT: u64 = 1024;

/// What a pointer file says: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// The SHA-256 of the content, 64 hexadecimal digits.
    pub oid: String,
    /// The size of the content in bytes.
    pub size: u64,
}

/// Why the content behind a pointer can't be had. Every variant names the file and the cure.
#[derive(Debug, thiserror::Error)]
pub enum LfsError {
    /// The object is not in the repository.
    #[error(
        "{file} is a Git LFS pointer and its content (sha256 {oid}, {size} bytes) is not here: run `git lfs pull` in the working copy",
        file = file.display()
    )]
    Missing {
        /// The pointer file.
        file: PathBuf,
        /// The content's SHA-256.
        oid: String,
        /// The content's size.
        size: u64,
    },
    /// The object in the repository is damaged.
    #[error(
        "{file} is a Git LFS pointer and {object} does not hold what it names: remove that object and run `git lfs pull` again",
        file = file.display(),
        object = object.display()
    )]
    Damaged {
        /// The pointer file.
        file: PathBuf,
        /// The object.
        object: PathBuf,
    },
    /// A file can't be read.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Pointer {
    /// Reads a pointer from a file's content; `None` when it is not one.
    #[must_use]
    pub fn parse(content: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content).ok().filter(|text| text.len() as u64 <= POINTER_LIMIT)?;
        let mut lines = text.lines();
        let version = lines.next()?.strip_prefix("version ")?;
        if !version.starts_with("https://git-lfs.github.com/spec/")
            && !version.starts_with("https://hawser.github.com/spec/")
        {
            return None;
        }
        let (mut oid, mut size) = (None, None);
        for line in lines {
            match line.split_once(' ')? {
                ("oid", value) => {
                    oid = value.strip_prefix("sha256:").filter(|oid| is_oid(oid)).map(Into::into)
                }
                ("size", value) => size = value.parse().ok(),
                _ => {}
            }
        }
        Some(Self { oid: oid?, size: size? })
    }

    /// The file that holds the content: in `.git/lfs/objects` of the repository around `file`, its SHA-256 checked.
    ///
    /// # Errors
    /// See [`LfsError`].
    pub fn resolve(&self, file: &Path) -> Result<PathBuf, LfsError> {
        let missing = || LfsError::Missing { file: file.into(), oid: self.oid.clone(), size: self.size };
        let object = git_dirs(file)
            .map(|git| git.join("lfs/objects").join(&self.oid[..2]).join(&self.oid[2..4]).join(&self.oid))
            .find(|object| object.is_file())
            .ok_or_else(missing)?;
        if sha256_of(&object)? == self.oid {
            Ok(object)
        } else {
            Err(LfsError::Damaged { file: file.into(), object })
        }
    }
}

fn is_oid(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The git directories that may hold the objects of the repository around `file`, the nearest first: `.git`, what a `.git` file
/// of a worktree or submodule points to, and the common directory of that.
fn git_dirs(file: &Path) -> impl Iterator<Item = PathBuf> {
    // A tree may be a folder that a symbolic link leads to: the repository is around the real file.
    let real = file.canonicalize().unwrap_or_else(|_| file.into());
    let parents: Vec<PathBuf> = real.ancestors().skip(1).map(Path::to_path_buf).collect();
    parents.into_iter().flat_map(|folder| {
        let git = folder.join(".git");
        if git.is_dir() {
            return vec![git];
        }
        let Some(target) = std::fs::read_to_string(&git)
            .ok()
            .and_then(|text| text.strip_prefix("gitdir:").map(|path| folder.join(path.trim())))
        else {
            return Vec::new();
        };
        let common = std::fs::read_to_string(target.join("commondir")).ok();
        let common = common.map(|path| target.join(path.trim()));
        [Some(target), common].into_iter().flatten().collect()
    })
}

fn sha256_of(path: &Path) -> Result<String, LfsError> {
    let failed = |source| LfsError::Io { path: path.into(), source };
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"; // of "hello"

    fn pointer() -> String {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 5\n")
    }

    #[test]
    fn knows_a_pointer_from_other_files() {
        assert_eq!(Pointer::parse(pointer().as_bytes()), Some(Pointer { oid: OID.into(), size: 5 }));
        for other in
            ["", "hello", "version 1\noid sha256:aa\nsize 5\n", &pointer().replace("sha256:2c", "sha256:../")]
        {
            assert_eq!(Pointer::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn resolves_in_the_repository_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("salt/files/proxy");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, pointer()).unwrap();
        let pointer = Pointer::parse(pointer().as_bytes()).unwrap();
        let error = pointer.resolve(&file).unwrap_err();
        assert!(
            error.to_string().contains("git lfs pull") && error.to_string().contains("salt/files/proxy"),
            "{error}"
        );

        let object = folder.path().join(".git/lfs/objects").join(&OID[..2]).join(&OID[2..4]).join(OID);
        std::fs::create_dir_all(object.parent().unwrap()).unwrap();
        std::fs::write(&object, "hello").unwrap();
        assert_eq!(pointer.resolve(&file).unwrap(), object.canonicalize().unwrap());

        std::fs::write(&object, "hullo").unwrap();
        assert!(matches!(pointer.resolve(&file), Err(LfsError::Damaged { .. })));
    }
}
