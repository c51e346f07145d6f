//! A tree in folders of this machine: `file_roots` or `pillar_roots`, as `agent apply --local` and `master check` read it.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use common::target::fnmatch;
use indexmap::IndexMap;

use super::{FileError, FileSource, TreeFile, normal};

/// How deep folders may be nested.
const DEPTH_LIMIT: usize = 64;
/// How many files an environment may have.
const COUNT_LIMIT: usize = 1_000_000;
/// What version control keeps beside the files, which is no part of the tree.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".bzr"];

/// The environment that stands for every one that has no folders of its own; its name in a folder's path stands for that of
/// the environment that is asked for.
const ANY_ENVIRONMENT: &str = "__env__";

/// Files that are no part of a tree although they lie in its folders, by their paths in it.
#[derive(Debug, Default)]
pub struct Ignored {
    /// Found anywhere in the path.
    pub regexes: Vec<fancy_regex::Regex>,
    /// For the whole path; `*` goes across folders.
    pub globs: Vec<String>,
}

impl Ignored {
    fn has(&self, path: &str) -> bool {
        self.regexes.iter().any(|regex| regex.is_match(path).unwrap_or(false))
            || self.globs.iter().any(|glob| fnmatch(path, glob))
    }
}

/// Environments, each a list of folders; the first folder that has a path wins. Symbolic links are followed. Each
/// environment is listed once, when it is first asked for; files that come later are not seen.
///
/// A Git LFS pointer is a file like any other here: whoever hands files on resolves it.
pub struct Folders {
    roots: IndexMap<String, Vec<PathBuf>>,
    ignored: Ignored,
    listings: Mutex<HashMap<String, Arc<Listing>>>,
}

#[derive(Default)]
struct Listing {
    files: Arc<[TreeFile]>,
    /// Where each of `files` is on this machine.
    sources: Vec<PathBuf>,
}

impl Folders {
    /// A tree of these environments.
    pub fn new(roots: impl IntoIterator<Item = (String, Vec<PathBuf>)>) -> Self {
        Self { roots: roots.into_iter().collect(), ignored: Ignored::default(), listings: Mutex::default() }
    }

    /// The same tree without some of its files.
    #[must_use]
    pub fn without(self, ignored: Ignored) -> Self {
        Self { ignored, ..self }
    }

    /// A tree whose only environment is `base`.
    pub fn base(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        Self::new([("base".into(), roots.into_iter().collect())])
    }

    /// The folders that are not there. They count as empty; a caller to whom they were named should say so.
    #[must_use]
    pub fn missing(&self) -> Vec<&Path> {
        self.roots.values().flatten().map(PathBuf::as_path).filter(|root| !root.is_dir()).collect()
    }

    /// The folders of an environment.
    fn folders(&self, saltenv: &str) -> Option<Vec<PathBuf>> {
        if let Some(own) = self.roots.get(saltenv) {
            return Some(own.clone());
        }
        let named = |folder: &PathBuf| match folder.to_str() {
            Some(folder) => PathBuf::from(folder.replace(ANY_ENVIRONMENT, saltenv)),
            None => folder.clone(),
        };
        Some(self.roots.get(ANY_ENVIRONMENT)?.iter().map(named).collect())
    }

    fn listing(&self, saltenv: &str) -> Result<Arc<Listing>, FileError> {
        let Some(roots) = self.folders(saltenv) else { return Ok(Arc::default()) };
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = listings.get(saltenv) {
            return Ok(Arc::clone(listing));
        }
        let mut walk = Walk { saltenv, ignored: &self.ignored, found: BTreeMap::new(), open: Vec::new() };
        for root in roots.iter().filter(|root| root.is_dir()) {
            walk.folder(root, "")?;
        }
        let (files, sources): (Vec<_>, Vec<_>) = walk.found.into_values().unzip();
        let listing = Arc::new(Listing { files: files.into(), sources });
        listings.insert(saltenv.into(), Arc::clone(&listing));
        Ok(listing)
    }

    fn find(&self, saltenv: &str, path: &str) -> Result<Option<(TreeFile, PathBuf)>, FileError> {
        let Some(path) = normal(path) else { return Ok(None) };
        let listing = self.listing(saltenv)?;
        let found = listing.files.binary_search_by(|file| file.path.as_ref().cmp(&path)).ok();
        Ok(found.map(|index| (listing.files[index].clone(), listing.sources[index].clone())))
    }
}

impl FileSource for Folders {
    fn environments(&self) -> Vec<String> {
        self.roots.keys().filter(|name| *name != ANY_ENVIRONMENT).cloned().collect()
    }

    fn has_environment(&self, saltenv: &str) -> bool {
        self.roots.contains_key(saltenv) || self.roots.contains_key(ANY_ENVIRONMENT)
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        Ok(Arc::clone(&self.listing(saltenv)?.files))
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        Ok(self.find(saltenv, path)?.map(|(file, _)| file))
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        Ok(self.find(saltenv, path)?.map(|(_, source)| source))
    }
}

struct Walk<'a> {
    saltenv: &'a str,
    ignored: &'a Ignored,
    found: BTreeMap<String, (TreeFile, PathBuf)>,
    /// The folders from the root down to here by device and inode, so that a link to one of them ends the walk.
    open: Vec<(u64, u64)>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, path: &str) -> Result<(), FileError> {
        let metadata = fs::metadata(folder).map_err(|error| self.error(path, error))?;
        let identity = (metadata.dev(), metadata.ino());
        if self.open.contains(&identity) {
            return Ok(());
        }
        if self.open.len() >= DEPTH_LIMIT {
            let reason = format!("folders are nested more than {DEPTH_LIMIT} deep");
            return Err(self.error(path, io::Error::other(reason)));
        }
        self.open.push(identity);
        for entry in fs::read_dir(folder).map_err(|error| self.error(path, error))? {
            let entry = entry.map_err(|error| self.error(path, error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                tracing::warn!(folder = %folder.display(), "a file whose name is not UTF-8 is left out of the tree");
                continue;
            };
            if VERSION_CONTROL.contains(&name) {
                continue;
            }
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            self.entry(&entry.path(), below)?;
        }
        self.open.pop();
        Ok(())
    }

    fn entry(&mut self, source: &Path, path: String) -> Result<(), FileError> {
        let metadata = match fs::metadata(source) {
            Ok(metadata) => metadata,
            // A link to nothing, or a file that went while we looked.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // A link that leads to itself.
            Err(_) if source.is_symlink() => return Ok(()),
            Err(error) => return Err(self.error(&path, error)),
        };
        if metadata.is_dir() {
            return self.folder(source, &path);
        }
        if !metadata.is_file() || self.found.contains_key(&path) || self.ignored.has(&path) {
            return Ok(());
        }
        if self.found.len() >= COUNT_LIMIT {
            return Err(
                self.error(&path, io::Error::other(format!("the tree has more than {COUNT_LIMIT} files")))
            );
        }
        let file = TreeFile {
            path: path.as_str().into(),
            size: metadata.len(),
            executable: metadata.permissions().mode() & 0o100 != 0,
            hash: None,
        };
        self.found.insert(path, (file, source.into()));
        Ok(())
    }

    fn error(&self, path: &str, source: io::Error) -> FileError {
        FileError::Io { saltenv: self.saltenv.into(), path: path.into(), source }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn the_first_root_wins_and_the_order_is_by_path() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        put(one.path(), "b/init.sls", "one");
        put(two.path(), "b/init.sls", "two");
        put(two.path(), "b-c.sls", "x");
        put(two.path(), "a.sls", "x");
        put(two.path(), ".git/config", "x");
        fs::set_permissions(two.path().join("a.sls"), fs::Permissions::from_mode(0o755)).unwrap();
        let tree = Folders::base([one.path().into(), two.path().into(), "/nonexistent".into()]);
        let list = tree.list("base").unwrap();
        let paths: Vec<_> = list.iter().map(|file| file.path.as_ref()).collect();
        assert_eq!(paths, ["a.sls", "b-c.sls", "b/init.sls"]);
        assert!(list[0].executable && !list[1].executable);
        assert_eq!(tree.read("base", "b/init.sls").unwrap().as_deref(), Some(b"one".as_slice()));
        assert_eq!(tree.missing(), [Path::new("/nonexistent")]);
        assert!(tree.list("dev").unwrap().is_empty());
    }

    #[test]
    fn an_environment_without_folders_takes_those_of_any() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), "dev/a.sls", "dev");
        put(home.path(), "base/a.sls", "base");
        let any = vec![home.path().join("__env__")];
        let own = vec![home.path().join("base")];
        let tree = Folders::new([("base".into(), own), ("__env__".into(), any)]);
        assert_eq!(tree.environments(), ["base"]);
        assert_eq!(tree.read("dev", "a.sls").unwrap().as_deref(), Some(b"dev".as_slice()));
        assert_eq!(tree.read("base", "a.sls").unwrap().as_deref(), Some(b"base".as_slice()));
        assert!(tree.list("qa").unwrap().is_empty());
    }

    #[test]
    fn what_is_ignored_is_no_part_of_the_tree() {
        let home = tempfile::tempdir().unwrap();
        for path in ["a.sls", "a.sls~", "web/.swp/x", "web/b.sls"] {
            put(home.path(), path, "x");
        }
        let ignored = Ignored {
            regexes: vec![fancy_regex::Regex::new(r"/\.swp($|/)").unwrap()],
            globs: vec!["*~".into(), "w*/b.*".into()],
        };
        let tree = Folders::base([home.path().into()]).without(ignored);
        let list = tree.list("base").unwrap();
        assert_eq!(list.iter().map(|file| file.path.as_ref()).collect::<Vec<_>>(), ["a.sls"]);
    }

    #[test]
    fn paths_stay_in_the_root() {
        let outer = tempfile::tempdir().unwrap();
        put(outer.path(), "secret", "x");
        put(outer.path(), "root/a/b", "y");
        let tree = Folders::base([outer.path().join("root")]);
        for path in ["../secret", "a/../../secret", "/../secret", "a/../../root/a/b"] {
            assert!(tree.lookup("base", path).unwrap().is_none(), "{path}");
        }
        for path in ["a/b", "/a//b", "./a/./b", "a/../a/b"] {
            assert!(tree.fetch("base", path).unwrap().is_some(), "{path}");
        }
    }

    #[test]
    fn links_are_followed_and_loops_end() {
        let root = tempfile::tempdir().unwrap();
        put(root.path(), "real/file", "x");
        symlink("real", root.path().join("linked")).unwrap();
        symlink("..", root.path().join("real/up")).unwrap();
        symlink("self", root.path().join("self")).unwrap();
        symlink("nowhere", root.path().join("broken")).unwrap();
        let tree = Folders::base([root.path().into()]);
        let list = tree.list("base").unwrap();
        let paths: Vec<_> = list.iter().map(|file| file.path.as_ref()).collect();
        assert_eq!(paths, ["linked/file", "real/file"]);
    }
}
