//! Working without a master: the tree and the pillar come from folders.

use std::path::PathBuf;
use std::sync::Arc;

use common::lfs::{POINTER_LIMIT, Pointer};
use common::value::{Map, Value, get, map};
use states::compile::pillar;
use states::context::Context;
use states::diagnostic::Diagnostic;
use states::files::{FileError, FileSource, Folders, TreeFile};
use states::functions::{Arguments, pillarenv};
use states::saltconfig::{Given, SaltConfig};

use super::options::Options;
use super::{CommandError, inside};
use crate::config::{Roots, Settings};
use crate::worker::{Host, Turn};

/// A run without a master, with everything it needs.
pub(super) struct LocalRun {
    settings: Settings,
    salt: Option<SaltConfig>,
    grains: Map,
    pillar: Map,
    saltenv: Option<String>,
    test: bool,
    files: Arc<dyn FileSource>,
    /// The folders of the pillar tree that the command line names.
    pillar_roots: Vec<PathBuf>,
    /// Where copies of files go: below the state folder, or, for who may not write there, a folder for this run.
    cache_dir: PathBuf,
    _scratch: Option<tempfile::TempDir>,
}

impl LocalRun {
    /// Reads the configuration and the options. Without `test` the configuration says whether anything may be changed.
    pub(super) fn prepare(options: &Options, test: Option<bool>) -> Result<Self, CommandError> {
        let mut settings = options.settings()?;
        let salt = salt_config(options)?;
        let mut grains = Map::new();
        if let Some(salt) = &salt {
            settings.id = salt.id.parse().map_err(CommandError::usage)?;
            settings.opts.extend(salt.opts.iter().map(|(key, value)| (key.clone(), value.clone())));
            if !options.skip_grains {
                grains = salt.grains();
            }
        } else if !options.skip_grains {
            grains = states::grains::collect(settings.id.as_str(), &Map::new());
        }
        grains.extend(settings.grains.iter().map(|(key, value)| (key.clone(), value.clone())));
        grains.insert("id".into(), settings.id.as_str().into());
        let files = match &salt {
            Some(salt) => salt.tree(),
            None => roots(&options.file_root, &settings.file_roots),
        };
        must_be_there(&options.file_root, "--file-root")?;
        must_be_there(&options.pillar_root, "--pillar-root")?;
        let (cache_dir, scratch) = cache_dir(&settings)?;
        Ok(Self {
            grains,
            pillar: options.pillar()?,
            saltenv: options.saltenv.clone().or_else(|| salt.as_ref()?.saltenv()),
            test: test.or_else(|| Some(salt.as_ref()?.test())).unwrap_or_default(),
            files: Arc::new(Resolved(files)),
            pillar_roots: options.pillar_root.clone(),
            settings,
            salt,
            cache_dir,
            _scratch: scratch,
        })
    }

    /// Salt's configuration, where this stands in for salt-call.
    pub(super) fn salt_opts(&self) -> Option<&Map> {
        self.salt.as_ref().map(|salt| &salt.opts)
    }

    /// The host's id.
    pub(super) fn id(&self) -> &str {
        self.settings.id.as_str()
    }

    /// The context of a run, with its pillar compiled; or the errors of the pillar tree.
    pub(super) fn context(&self) -> Result<Arc<Context>, Vec<Value>> {
        self.context_of(&Arguments::default()).map_err(|errors| pillar_failed(&errors))
    }

    /// The context of a call, whose arguments may ask for another pillar.
    pub(super) fn context_of(&self, arguments: &Arguments) -> Result<Arc<Context>, Vec<Diagnostic>> {
        let mut overrides = self.pillar.clone();
        if let Some(Value::Map(pillar)) = get(&arguments.keyword, "pillar") {
            overrides.extend(pillar.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let mut context = self.with(self.pillar_tree(None), Map::new());
        if let Some(env) = pillarenv(&context, arguments) {
            context = self.with(self.pillar_tree(Some(&env)), Map::new()).varied(|context| {
                Arc::make_mut(&mut context.opts).insert("pillarenv".into(), env.as_str().into());
            });
        }
        let pillar = pillar::compile(&context, &overrides)?;
        Ok(self.with(Arc::clone(&self.files), pillar))
    }

    /// The context of a call for which a broken pillar does not matter: its pillar is the errors, as under Salt.
    pub(super) fn context_without_pillar(&self, errors: &[Diagnostic]) -> Arc<Context> {
        self.with(Arc::clone(&self.files), map([("_errors", Value::List(texts(errors)))]))
    }

    fn pillar_tree(&self, env: Option<&str>) -> Arc<dyn FileSource> {
        Arc::new(Resolved(match &self.salt {
            Some(salt) => salt.pillar_tree(env),
            None => roots(&self.pillar_roots, &self.settings.pillar_roots),
        }))
    }

    /// Waits until no other state run is going on on this host. `who` is what others are told that wait for this one.
    pub(super) fn take_turn(&self, who: &str) -> Result<Option<Turn>, CommandError> {
        inside::refuse(&self.settings)?;
        Ok(Turn::take(&self.settings.state_dir, who, |other| {
            super::output::talk(&format!("waiting for {other} to end"));
        }))
    }

    fn with(&self, files: Arc<dyn FileSource>, pillar: Map) -> Arc<Context> {
        let host = Host {
            id: self.settings.id.to_string(),
            grains: Arc::new(self.grains.clone()),
            pillar,
            cache_dir: self.cache_dir.clone(),
            local: true,
            mine: None,
            opts: self.settings.opts.clone(),
        };
        let context = host.context(files, self.saltenv.as_deref(), self.test);
        // What the command line says counts before the files, in `opts` too.
        context.varied(|context| {
            let opts = Arc::make_mut(&mut context.opts);
            opts.insert("test".into(), self.test.into());
            if let Some(saltenv) = &self.saltenv {
                opts.insert("saltenv".into(), saltenv.as_str().into());
            }
        })
    }
}

/// Reads the configuration of a Salt minion, if one is named, and says what it has to be said of it.
fn salt_config(options: &Options) -> Result<Option<SaltConfig>, CommandError> {
    let Some(folder) = &options.salt_config else { return Ok(None) };
    if !folder.is_dir() {
        return Err(CommandError::usage(format!(
            "--salt-config: there is no folder {}; it is where the file `minion` is, such as /etc/salt",
            folder.display()
        )));
    }
    let given =
        Given { id: options.id.as_ref().map(ToString::to_string), file_roots: !options.file_root.is_empty() };
    let mut salt = SaltConfig::read(folder, &given).map_err(|errors| {
        CommandError::usage(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    for (key, folders) in [("file_roots", &options.file_root), ("pillar_roots", &options.pillar_root)] {
        if !folders.is_empty() {
            salt.set_roots(key, folders);
        }
    }
    for notice in salt.notices.iter().filter(|_| options.is_talkative()) {
        super::output::talk(&format!("notice: {notice}"));
    }
    Ok(Some(salt))
}

/// Errors as the list of texts that a state run returns.
pub(super) fn texts(errors: &[Diagnostic]) -> Vec<Value> {
    errors.iter().map(|error| Value::from(error.to_string())).collect()
}

/// What a state run returns when the pillar does not compile.
pub(super) fn pillar_failed(errors: &[Diagnostic]) -> Vec<Value> {
    let mut all = vec![Value::from("Pillar failed to render with the following messages:")];
    all.extend(texts(errors));
    all
}

/// The tree of the folders that were given, else of the configured ones.
fn roots(given: &[PathBuf], configured: &Roots) -> Folders {
    match given {
        [] => Folders::new(configured.clone()),
        given => Folders::base(given.to_vec()),
    }
}

/// A folder that was named on the command line must be there.
fn must_be_there(given: &[PathBuf], flag: &str) -> Result<(), CommandError> {
    match given.iter().find(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(missing) => {
            Err(CommandError::usage(format!("{flag}: there is no folder {}", missing.display())))
        }
    }
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

    fn has_environment(&self, saltenv: &str) -> bool {
        self.0.has_environment(saltenv)
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
