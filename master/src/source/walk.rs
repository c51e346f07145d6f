//! Walks the folders of one environment and merges them: the first folder that has a path wins.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use common::tree::{DEPTH_LIMIT, FILES_LIMIT};

use super::SourceError;

/// A folder's content by name.
pub(super) type Folder = BTreeMap<String, Node>;

/// One thing in a folder.
#[derive(Debug)]
pub(super) enum Node {
    /// A folder.
    Folder(Folder),
    /// A file.
    File(FileNode),
}

/// A file of the working copy.
#[derive(Debug)]
pub(super) struct FileNode {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What the file system says of it.
    pub(super) stat: Stat,
}

/// What tells whether a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    device: u64,
    inode: u64,
    pub(super) size: u64,
    modified: (i64, i64),
    /// When the inode changed: what no `touch` can set back.
    pub(super) changed: (i64, i64),
    mode: u32,
}

impl Stat {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            mode: metadata.mode(),
        }
    }

    pub(super) fn executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}

/// The merged content of an environment's folders. A folder that is not there counts as empty, as in Salt. Symbolic links are
/// followed, though never into the folder `private`.
pub(super) fn walk(roots: &[PathBuf], private: Option<&Path>) -> Result<Folder, SourceError> {
    let mut merged = Folder::new();
    let private = private.and_then(|folder| folder.canonicalize().ok());
    let mut walker = Walker { files: 0, above: Vec::new(), private };
    for root in roots {
        match std::fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => walker.folder(root, &metadata, &mut merged)?,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::debug!(root = %root.display(), "a root of the tree is not there");
            }
            Err(source) => return Err(SourceError::Io { path: root.clone(), source }),
        }
    }
    Ok(merged)
}

struct Walker {
    files: usize,
    /// The folders above, so that a symbolic link to one of them ends the descent.
    above: Vec<(u64, u64)>,
    /// What no link may lead into, without links itself.
    private: Option<PathBuf>,
}

impl Walker {
    fn folder(&mut self, path: &Path, metadata: &Metadata, into: &mut Folder) -> Result<(), SourceError> {
        let identity = (metadata.dev(), metadata.ino());
        if self.above.contains(&identity) {
            tracing::warn!(path = %path.display(), "a symbolic link leads back to a folder above it; left out");
            return Ok(());
        }
        if self.above.len() > DEPTH_LIMIT {
            let reason = format!("folders lie more than {DEPTH_LIMIT} deep");
            return Err(SourceError::Bounds { path: path.into(), reason });
        }
        self.above.push(identity);
        let failed = |source| SourceError::Io { path: path.into(), source };
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                tracing::warn!(path = %entry.path().display(), "a file name is not UTF-8; left out");
                continue;
            };
            if name != ".git" {
                let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                self.entry(entry.path(), name, is_link, into)?;
            }
        }
        self.above.pop();
        Ok(())
    }

    fn entry(
        &mut self,
        path: PathBuf,
        name: String,
        is_link: bool,
        into: &mut Folder,
    ) -> Result<(), SourceError> {
        // Follows symbolic links. One that leads nowhere is left out, and so is a file that has just gone.
        let metadata = match std::fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(SourceError::Io { path, source }),
        };
        // Through a link to a folder above it, the private one is reached without a link.
        if let Some(private) = self.private.as_ref().filter(|_| is_link || metadata.is_dir())
            && path.canonicalize().is_ok_and(|path| path.starts_with(private))
        {
            return Err(SourceError::Private { path, private: private.clone() });
        }
        if metadata.is_dir() {
            match into.entry(name).or_insert_with(|| Node::Folder(Folder::new())) {
                Node::Folder(inner) => self.folder(&path, &metadata, inner)?,
                Node::File(_) => {}
            }
        } else if metadata.is_file()
            && let Entry::Vacant(vacant) = into.entry(name)
        {
            self.files += 1;
            if self.files > FILES_LIMIT {
                return Err(SourceError::Bounds {
                    path,
                    reason: format!("it has more than {FILES_LIMIT} files"),
                });
            }
            vacant.insert(Node::File(FileNode { stat: Stat::of(&metadata), path }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Folder) -> Vec<&str> {
        folder.keys().map(String::as_str).collect()
    }

    #[test]
    fn merges_follows_and_leaves_out() {
        let temporary = tempfile::tempdir().unwrap();
        let (one, two) = (temporary.path().join("one"), temporary.path().join("two"));
        for folder in [one.join("web"), one.join(".git"), two.join("web")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(one.join("web/a.sls"), "first").unwrap();
        std::fs::write(two.join("web/a.sls"), "second one").unwrap();
        std::fs::write(two.join("web/b.sls"), "").unwrap();
        std::os::unix::fs::symlink(&one, one.join("web/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", one.join("dangling")).unwrap();
        let merged = walk(&[one.clone(), two, temporary.path().join("none")], None).unwrap();
        assert_eq!(names(&merged), ["web"]);
        let Node::Folder(web) = &merged["web"] else { panic!() };
        assert_eq!(names(web), ["a.sls", "b.sls", "loop"]);
        let Node::File(file) = &web["a.sls"] else { panic!() };
        assert_eq!(file.path, one.join("web/a.sls"));
    }

    #[test]
    fn no_link_leads_into_the_masters_own_folder() {
        let temporary = tempfile::tempdir().unwrap();
        let (tree, private) = (temporary.path().join("tree"), temporary.path().join("above/private"));
        std::fs::create_dir_all(&tree).unwrap();
        std::fs::create_dir_all(private.join("ca")).unwrap();
        std::fs::write(private.join("ca/ca.key"), "secret").unwrap();
        let link = tree.join("innocent.txt");
        // To a file in it, to itself, to a folder in it, and to one above it.
        for target in
            [private.join("ca/ca.key"), private.clone(), private.join("ca"), temporary.path().join("above")]
        {
            std::os::unix::fs::symlink(&target, &link).unwrap();
            let error = walk(std::slice::from_ref(&tree), Some(&private)).unwrap_err();
            assert!(matches!(error, SourceError::Private { .. }), "{error}");
            assert!(walk(std::slice::from_ref(&tree), None).is_ok());
            std::fs::remove_file(&link).unwrap();
        }
        std::fs::write(&link, "public").unwrap();
        walk(std::slice::from_ref(&tree), Some(&private)).unwrap();
    }
}
