//! A tree read from its folders as it is: for pillar, which never leaves the master as files, and for `check`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use states::files::{FileError, FileSource, TreeFile};

use super::SourceError;
use super::walk::{Folder, Node, walk};
use crate::config::Roots;

/// The files of some environments, as they were listed when this was made.
#[derive(Debug, Default)]
pub struct Folders {
    environments: BTreeMap<String, Listing>,
}

#[derive(Debug)]
struct Listing {
    files: Arc<[TreeFile]>,
    /// Where each of them is.
    paths: Vec<PathBuf>,
}

impl Folders {
    /// Lists the files of `roots`.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn new(roots: &Roots) -> Result<Self, SourceError> {
        let mut environments = BTreeMap::new();
        for (name, folders) in roots {
            let mut found = BTreeMap::new();
            flatten(&walk(folders)?, "", &mut found);
            let (files, paths): (Vec<_>, Vec<_>) = found.into_values().unzip();
            environments.insert(name.clone(), Listing { files: files.into(), paths });
        }
        Ok(Self { environments })
    }

    fn find(&self, saltenv: &str, path: &str) -> Option<(&TreeFile, &PathBuf)> {
        let listing = self.environments.get(saltenv)?;
        let index = listing.files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok()?;
        Some((&listing.files[index], &listing.paths[index]))
    }
}

impl FileSource for Folders {
    fn environments(&self) -> Vec<String> {
        self.environments.keys().cloned().collect()
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        Ok(self.environments.get(saltenv).map_or_else(|| [].into(), |listing| Arc::clone(&listing.files)))
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        Ok(self.find(saltenv, path).map(|(file, _)| file.clone()))
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        Ok(self.find(saltenv, path).map(|(_, path)| path.clone()))
    }
}

/// Every file by its whole path, which sorts them as [`FileSource::list`] promises.
fn flatten(folder: &Folder, prefix: &str, found: &mut BTreeMap<String, (TreeFile, PathBuf)>) {
    for (name, node) in folder {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        match node {
            Node::Folder(inner) => flatten(inner, &path, found),
            Node::File(file) => {
                let entry = TreeFile {
                    path: path.as_str().into(),
                    size: file.stat.size,
                    executable: file.stat.executable(),
                    hash: None,
                };
                found.insert(path, (entry, file.path.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_lists() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("web")).unwrap();
        for name in ["web/init.sls", "web.sls", "top.sls"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let folders =
            Folders::new(&Roots::from([("base".into(), vec![folder.path().into()])])).unwrap();
        let listed = folders.list("base").unwrap();
        let paths: Vec<_> = listed.iter().map(|file| file.path.to_string()).collect();
        assert_eq!(paths, ["top.sls", "web.sls", "web/init.sls"]);
        for path in &paths {
            assert_eq!(folders.read("base", path).unwrap().unwrap().as_ref(), path.as_bytes());
        }
        assert_eq!(folders.lookup("base", "none").unwrap(), None);
        assert!(folders.list("other").unwrap().is_empty());
    }
}
