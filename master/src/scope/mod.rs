//! `file_access: scoped`: the part of the tree that each host is offered.
//!
//! [`states::scope`] finds what a host needs, from its grains as it sent them last and its pillar. Those files alone make a
//! snapshot of their own, which is what the host's tasks name; the host sees no other tree. Objects outside of what it was
//! offered are not sent to it, whether it knows their hashes or not ([`grants`]).

mod asked;
mod grants;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use common::id::HostId;
use common::store::{Hash, Store};
use common::target::{Known, Target, fnmatch};
use common::tree::{Directory, Entry, Environment, Kind, Snapshot};
use common::value::Map;
use states::context::{Context, RunState, base_opts};
use states::files::{Bring, FileSource, SnapshotSource, TreeFile};
use states::process::System;
use states::scope::{FileName, Wanted, needed};

use crate::config::{Config, FileAccess};
use crate::pillar::{PillarHost, nodegroups};

pub use asked::{Asked, wanted};
pub(crate) use grants::Grants;

/// How many results are remembered of a host in service: of an apply, of SLS files by name, of a call.
const REMEMBERED: usize = 3;

/// The part of a tree that a host is offered.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    /// The hash of its [`Snapshot`].
    pub root: Hash,
    /// Everything that it takes, sorted.
    objects: Box<[Hash]>,
}

impl Scope {
    /// Whether an object is part of it.
    #[must_use]
    pub fn has(&self, object: Hash) -> bool {
        self.objects.binary_search(&object).is_ok()
    }
}

/// Finds scopes, and remembers them: an unchanged host of an unchanged tree costs a look.
pub struct Scoper {
    store: Store,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The tree that was last asked for.
    tree: Option<(Hash, Arc<SnapshotSource>)>,
    /// By what they were found from.
    of_host: HashMap<HostId, Vec<(Hash, Arc<Scope>)>>,
    /// Hosts that are alike share one.
    shared: HashMap<Hash, Weak<Scope>>,
}

/// The master has every object of its snapshots, or nobody has.
struct Nowhere;

impl Bring for Nowhere {
    fn bring(&self, hashes: &[Hash]) -> Result<(), String> {
        let first = hashes.first().map(ToString::to_string).unwrap_or_default();
        Err(format!(
            "object {first} is gone from the master's store; apply again, so that it takes a new snapshot"
        ))
    }
}

impl Scoper {
    /// Scopes of trees in this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, memory: Mutex::default() }
    }

    /// The part of a tree that a host is offered. Blocks.
    ///
    /// # Errors
    /// In words, when the tree can't be read or the part can't be written.
    pub fn scope(&self, config: &Config, tree: Hash, asked: &Asked<'_>) -> Result<Arc<Scope>, String> {
        let key = key(config, tree, asked).map_err(|error| error.to_string())?;
        let id = &asked.host.id;
        let known = |memory: &Memory| memory.of_host.get(id)?.iter().find(|known| known.0 == key).cloned();
        if let Some((_, scope)) = known(&self.memory()) {
            return Ok(scope);
        }
        let whole = self.whole(tree)?;
        let found = self.build(&whole, &files(config, &whole, asked))?;
        let mut memory = self.memory();
        let scope = match memory.shared.get(&found.root).and_then(Weak::upgrade) {
            Some(scope) => scope,
            None => {
                memory.shared.retain(|_, scope| scope.strong_count() > 0);
                let scope = Arc::new(found);
                memory.shared.insert(scope.root, Arc::downgrade(&scope));
                scope
            }
        };
        let of_host = memory.of_host.entry(id.clone()).or_default();
        of_host.insert(0, (key, Arc::clone(&scope)));
        of_host.truncate(REMEMBERED);
        Ok(scope)
    }

    /// Forgets what was found for a host that is out of service.
    pub fn forget(&self, host: &HostId) {
        self.memory().of_host.remove(host);
    }

    /// Forgets what was found for every host but these.
    pub fn keep_only(&self, hosts: &HashSet<HostId>) {
        let mut memory = self.memory();
        memory.of_host.retain(|id, _| hosts.contains(id));
        memory.shared.retain(|_, scope| scope.strong_count() > 0);
    }

    /// Adds the objects of every scope that is remembered or granted.
    pub fn objects(&self, found: &mut HashSet<Hash>) {
        let scopes: Vec<_> = self.memory().shared.values().filter_map(Weak::upgrade).collect();
        found.extend(scopes.iter().flat_map(|scope| scope.objects.iter().copied()));
    }

    fn whole(&self, tree: Hash) -> Result<Arc<SnapshotSource>, String> {
        if let Some((_, whole)) = self.memory().tree.as_ref().filter(|(known, _)| *known == tree) {
            return Ok(Arc::clone(whole));
        }
        let opened = SnapshotSource::open(self.store.clone(), tree, Arc::new(Nowhere));
        let whole = Arc::new(opened.map_err(|error| error.to_string())?);
        self.memory().tree = Some((tree, Arc::clone(&whole)));
        Ok(whole)
    }

    /// Writes the snapshot of some files. Every environment of the tree is in it, with files or without.
    fn build(&self, whole: &SnapshotSource, files: &BTreeSet<FileName>) -> Result<Scope, String> {
        let mut objects = Vec::new();
        let mut environments = Vec::new();
        for name in whole.environments() {
            let own = files.iter().filter(|(saltenv, _)| **saltenv == *name);
            let mut folder = Folder::default();
            for (saltenv, path) in own {
                let file = whole.lookup(saltenv, path).map_err(|error| error.to_string())?;
                if let Some(file) = file {
                    folder.add(path, &file);
                }
            }
            environments.push(Environment { name, root: self.put(&folder, &mut objects)? });
        }
        let snapshot = Snapshot { environments, scoped: true }.to_object();
        let root = self.store.put(&snapshot).map_err(|error| error.to_string())?;
        objects.push(root);
        objects.sort_unstable();
        objects.dedup();
        Ok(Scope { root, objects: objects.into() })
    }

    fn put(&self, folder: &Folder<'_>, objects: &mut Vec<Hash>) -> Result<Hash, String> {
        let mut entries = BTreeMap::new();
        for (name, inner) in &folder.folders {
            entries.insert(*name, Kind::Directory { hash: self.put(inner, objects)? });
        }
        for (name, kind) in &folder.files {
            if let Kind::File { hash, .. } = kind {
                objects.push(*hash);
            }
            entries.insert(*name, kind.clone());
        }
        let entries = entries.into_iter().map(|(name, kind)| Entry { name: name.into(), kind }).collect();
        let object = Directory { entries }.to_object();
        let hash = self.store.put(&object).map_err(|error| error.to_string())?;
        objects.push(hash);
        Ok(hash)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder that is being put together.
#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, Kind>,
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &'a str, file: &TreeFile) {
        match path.split_once('/') {
            Some((folder, rest)) => self.folders.entry(folder).or_default().add(rest, file),
            None => {
                // A snapshot knows the hash of every file.
                let Some(hash) = file.hash else { return };
                let kind = Kind::File { hash: hash.into(), size: file.size, executable: file.executable };
                self.files.insert(path, kind);
            }
        }
    }
}

/// The files that a host is offered: what it needs, and what the configuration adds.
fn files(config: &Config, whole: &Arc<SnapshotSource>, asked: &Asked<'_>) -> BTreeSet<FileName> {
    let Asked { host, pillar, saltenv, wanted } = asked;
    let mut opts = base_opts(host.id.as_str(), false, *saltenv, false);
    opts.extend(config.opts.iter().map(|(key, value)| (key.clone(), value.clone())));
    let context = Context {
        id: host.id.to_string(),
        saltenv: saltenv.unwrap_or("base").into(),
        grains: Arc::clone(host.grains.open()),
        pillar: Arc::new((*pillar).clone()),
        opts: Arc::new(opts),
        files: Arc::clone(whole) as _,
        // Looking up what is needed runs nothing, whoever runs it here.
        processes: Arc::new(System),
        mine: None,
        cache_dir: PathBuf::new(),
        test: true,
        run: RunState::default(),
    };
    let mut files = needed(&Arc::new(context), wanted);
    let globs = extra(config, host, pillar);
    for saltenv in whole.environments().iter().filter(|_| !globs.is_empty()) {
        let all = whole.list(saltenv).unwrap_or_else(|_| Arc::from([]));
        let offered = all.iter().filter(|file| globs.iter().any(|glob| fnmatch(&file.path, glob)));
        files.extend(offered.map(|file| (Arc::from(saltenv.as_str()), Arc::clone(&file.path))));
    }
    files
}

/// What the configuration offers a host besides.
fn extra<'c>(config: &'c Config, host: &PillarHost, pillar: &Map) -> Vec<&'c str> {
    let groups = nodegroups(config);
    let facts = Known { id: host.id.as_str(), grains: host.grains.open(), pillar };
    let meant = config.file_access_extra.iter().filter(|(target, _)| {
        // The configuration was refused if one of them is no target.
        Target::parse(target, &groups).is_ok_and(|target| target.matches(&facts))
    });
    meant.flat_map(|(_, globs)| globs.iter().map(String::as_str)).collect()
}

/// What a scope is found from. Two hosts never share a key, since the id is part of it.
fn key(config: &Config, tree: Hash, asked: &Asked<'_>) -> Result<Hash, rmp_serde::encode::Error> {
    let Asked { host, pillar, saltenv, wanted } = asked;
    let Wanted { top, sls, texts } = wanted;
    let words = (tree.to_string(), saltenv, top, sls, texts, pillar, &config.opts, &config.file_access_extra);
    let mut bytes = rmp_serde::to_vec(&(words, &config.nodegroups, host.id.as_str()))?;
    bytes.extend_from_slice(&host.grains.bytes());
    Ok(Hash::of(&bytes))
}

/// Whether hosts are offered a part of the tree only.
#[must_use]
pub fn is_scoped(config: &Config) -> bool {
    config.file_access == FileAccess::Scoped
}

#[cfg(test)]
mod tests {
    use common::value::map;

    use super::*;
    use crate::config::Roots;
    use crate::source::Snapshotter;

    struct Tree {
        folder: tempfile::TempDir,
        store: Store,
        scoper: Scoper,
    }

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (path, text) in files {
                let path = folder.path().join("tree").join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            let store = Store::open(&folder.path().join("store")).unwrap();
            Self { folder, scoper: Scoper::new(store.clone()), store }
        }

        fn take(&self) -> Hash {
            let roots = Roots::from([("base".into(), vec![self.folder.path().join("tree")])]);
            Snapshotter::new(self.store.clone()).take(&roots).unwrap().root
        }

        fn scope(&self, config: &Config, id: &str, pillar: &Map, wanted: Wanted) -> Arc<Scope> {
            let id: HostId = id.parse().unwrap();
            let grains = crate::grains::Grains::of(&id, Map::new());
            let host = PillarHost { id, grains };
            let asked = Asked { host: &host, pillar, saltenv: None, wanted };
            self.scoper.scope(config, self.take(), &asked).unwrap()
        }

        fn paths(&self, scope: &Scope) -> Vec<String> {
            let part = SnapshotSource::open(self.store.clone(), scope.root, Arc::new(Nowhere)).unwrap();
            assert!(part.is_scoped());
            part.list("base").unwrap().iter().map(|file| file.path.to_string()).collect()
        }
    }

    const FILES: &[(&str, &str)] = &[
        ("top.sls", "base:\n  'fp-*': [web]\n  'db-*': [db]\n"),
        (
            "web/init.sls",
            "a:\n  file.managed:\n    - name: /a\n    - source: salt://web/{{ pillar.get('file', 'a') }}\n",
        ),
        ("web/a", "a"),
        ("web/b", "b"),
        ("db.sls", "b:\n  test.nop: []\n"),
        ("extra/one", "1"),
    ];

    fn top() -> Wanted {
        Wanted { top: true, ..Wanted::default() }
    }

    #[test]
    fn each_host_is_offered_its_part_and_nothing_else() {
        let tree = Tree::new(FILES);
        let config = Config::default();
        let web = tree.scope(&config, "fp-1", &Map::new(), top());
        assert_eq!(tree.paths(&web), ["top.sls", "web/a", "web/init.sls"]);
        assert!(web.has(Hash::of(b"a")) && web.has(web.root) && !web.has(Hash::of(b"b")));
        assert!(Arc::ptr_eq(&web, &tree.scope(&config, "fp-2", &Map::new(), top())), "alike hosts share");
        assert_eq!(tree.paths(&tree.scope(&config, "db-1", &Map::new(), top())), ["db.sls", "top.sls"]);
        assert_eq!(tree.paths(&tree.scope(&config, "x", &Map::new(), top())), ["top.sls"]);
    }

    #[test]
    fn a_host_that_is_gone_is_forgotten() {
        let tree = Tree::new(FILES);
        let offered = |id: &str| tree.scope(&Config::default(), id, &Map::new(), top()).root;
        let (web, db) = (offered("fp-1"), offered("db-1"));
        let remembered = || {
            let mut objects = HashSet::new();
            tree.scoper.objects(&mut objects);
            [web, db].map(|root| objects.contains(&root))
        };
        assert_eq!(remembered(), [true, true]);
        tree.scoper.forget(&"fp-1".parse().unwrap());
        assert_eq!(remembered(), [false, true]);
        offered("fp-1");
        tree.scoper.keep_only(&["fp-1".parse().unwrap()].into());
        assert_eq!(remembered(), [true, false]);
        let memory = tree.scoper.memory();
        assert_eq!((memory.of_host.len(), memory.shared.len()), (1, 1));
    }

    #[test]
    fn it_is_found_again_and_changes_with_what_it_was_found_from() {
        let tree = Tree::new(FILES);
        let mut config = Config::default();
        let first = tree.scope(&config, "fp-1", &Map::new(), top());
        assert!(Arc::ptr_eq(&first, &tree.scope(&config, "fp-1", &Map::new(), top())));
        let other = tree.scope(&config, "fp-1", &map([("file", "b".into())]), top());
        assert_eq!(tree.paths(&other), ["top.sls", "web/b", "web/init.sls"]);
        let one = Wanted { sls: vec!["db".into()], ..Wanted::default() };
        assert_eq!(tree.paths(&tree.scope(&config, "fp-1", &Map::new(), one)), ["db.sls"]);
        config.file_access_extra.insert("fp-1".into(), vec!["extra/*".into()]);
        let paths = tree.paths(&tree.scope(&config, "fp-1", &Map::new(), top()));
        assert_eq!(paths, ["extra/one", "top.sls", "web/a", "web/init.sls"]);
        assert_eq!(tree.scope(&config, "fp-2", &Map::new(), top()), first);
        std::fs::write(tree.folder.path().join("tree/web/a"), "changed").unwrap();
        assert_ne!(tree.scope(&Config::default(), "fp-1", &Map::new(), top()), first);
        let mut kept = HashSet::new();
        tree.scoper.objects(&mut kept);
        assert!(kept.contains(&first.root));
    }
}
