//! Working without a master: the tree and the pillar come from folders.

use std::path::PathBuf;
use std::sync::Arc;

use common::lfs::{POINTER_LIMIT, Pointer};
use common::value::{Map, Value};
use states::compile::pillar;
use states::context::Context;
use states::diagnostic::Diagnostic;
use states::files::{FileError, FileSource, Folders, TreeFile};

use super::options::Options;
use super::{CommandError, inside};
use crate::config::{Roots, Settings};
use crate::worker::{Host, Turn};

/// A run without a master, with everything it needs.
pub(super) struct LocalRun {
    settings: Settings,
    grains: Map,
    pillar: Map,
    saltenv: Option<String>,
    test: bool,
    files: Arc<dyn FileSource>,
    pillar_files: Arc<dyn FileSource>,
    /// Where copies of files go: below the state folder, or, for who may not write there, a folder for this run.
    cache_dir: PathBuf,
    _scratch: Option<tempfile::TempDir>,
}

impl LocalRun {
    /// Reads the configuration and the options.
    pub(super) fn prepare(options: &Options, test: bool) -> Result<Self, CommandError> {
        let settings = options.settings()?;
        let files = roots(&options.file_root, &settings.file_roots, "--file-root")?;
        let pillar_files = roots(&options.pillar_root, &settings.pillar_roots, "--pillar-root")?;
        let pillar = options.pillar()?;
        let (cache_dir, scratch) = cache_dir(&settings)?;
        Ok(Self {
            grains: states::grains::collect(settings.id.as_str(), &settings.grains),
            settings,
            pillar,
            saltenv: options.saltenv.clone(),
            test,
            files,
            pillar_files,
            cache_dir,
            _scratch: scratch,
        })
    }

    /// The context of the run, with its pillar compiled; or the errors of the pillar tree.
    pub(super) fn context(&self) -> Result<Arc<Context>, Vec<Value>> {
        let pillar_context =
            self.host(Map::new()).context(Arc::clone(&self.pillar_files), self.saltenv.as_deref(), self.test);
        let pillar = pillar::compile(&pillar_context, &self.pillar).map_err(|errors| {
            let mut all = vec![Value::from("Pillar failed to render with the following messages:")];
            all.extend(texts(&errors));
            all
        })?;
        Ok(self.host(pillar).context(Arc::clone(&self.files), self.saltenv.as_deref(), self.test))
    }

    /// Waits until no other state run is going on on this host. `who` is what others are told that wait for this one.
    pub(super) fn take_turn(&self, who: &str) -> Result<Option<Turn>, CommandError> {
        inside::refuse(&self.settings)?;
        Ok(Turn::take(&self.settings.state_dir, who, |other| {
            super::output::talk(&format!("waiting for {other} to end"));
        }))
    }

    fn host(&self, pillar: Map) -> Host {
        Host {
            id: self.settings.id.to_string(),
            grains: self.grains.clone(),
            pillar,
            cache_dir: self.cache_dir.clone(),
            local: true,
            opts: self.settings.opts.clone(),
        }
    }
}

/// Errors as the list of texts that a state run returns.
pub(super) fn texts(errors: &[Diagnostic]) -> Vec<Value> {
    errors.iter().map(|error| Value::from(error.to_string())).collect()
}

/// The tree of the folders that were given, else of the configured ones. A folder that was named must be there.
fn roots(given: &[PathBuf], configured: &Roots, flag: &str) -> Result<Arc<dyn FileSource>, CommandError> {
    let folders = match given {
        [] => Folders::new(configured.clone()),
        given => Folders::base(given.to_vec()),
    };
    if let Some(missing) = folders.missing().first().filter(|_| !given.is_empty()) {
        return Err(CommandError::usage(format!("{flag}: there is no folder {}", missing.display())));
    }
    Ok(Arc::new(Resolved(folders)))
}

fn cache_dir(settings: &Settings) -> Result<(PathBuf, Option<tempfile::TempDir>), CommandError> {
    let own = settings.state_dir.join("cache/files");
    if std::fs::create_dir_all(&own).is_ok()
        && nix::unistd::access(&own, nix::unistd::AccessFlags::W_OK).is_ok()
    {
        return Ok((own, None));
    }
    let scratch = tempfile::tempdir().map_err(CommandError::error)?;
    Ok((scratch.path().into(), Some(scratch)))
}

/// Folders in which Git LFS pointers stand for the files they point to.
struct Resolved(Folders);

impl FileSource for Resolved {
    fn environments(&self) -> Vec<String> {
        self.0.environments()
    }

    fn list(&self, saltenv: &str) -> Result<Arc<[TreeFile]>, FileError> {
        self.0.list(saltenv)
    }

    fn lookup(&self, saltenv: &str, path: &str) -> Result<Option<TreeFile>, FileError> {
        self.0.lookup(saltenv, path)
    }

    fn fetch(&self, saltenv: &str, path: &str) -> Result<Option<PathBuf>, FileError> {
        let Some(local) = self.0.fetch(saltenv, path)? else { return Ok(None) };
        let small = std::fs::metadata(&local).is_ok_and(|metadata| metadata.len() <= POINTER_LIMIT);
        let content = if small { std::fs::read(&local).unwrap_or_default() } else { Vec::new() };
        match Pointer::parse(&content) {
            None => Ok(Some(local)),
            Some(pointer) => pointer.resolve(&local).map(Some).map_err(|error| FileError::Fetch {
                saltenv: saltenv.into(),
                path: path.into(),
                reason: error.to_string(),
            }),
        }
    }
}
