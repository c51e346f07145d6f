//! What states and functions see of the host and the run.

use std::path::PathBuf;
use std::sync::Arc;

use common::value::Map;
use states::context::{Context, RunState, base_opts};
use states::files::FileSource;
use states::mine::Mine;
use states::process::System;

/// A host, ready for one run.
pub struct Host {
    /// Its id.
    pub id: String,
    /// Its grains.
    pub grains: Arc<Map>,
    /// Its compiled pillar.
    pub pillar: Map,
    /// Where copies of files are kept.
    pub cache_dir: PathBuf,
    /// Whether it works without a master.
    pub local: bool,
    /// The mine of the master.
    pub mine: Option<Arc<dyn Mine>>,
    /// What templates see in `opts`, laid over [`base_opts`].
    pub opts: Map,
}

impl Host {
    /// The context of a run over a tree.
    #[must_use]
    pub fn context(self, files: Arc<dyn FileSource>, saltenv: Option<&str>, test: bool) -> Arc<Context> {
        let mut opts = base_opts(&self.id, self.local, saltenv, test);
        opts.insert("cachedir".into(), self.cache_dir.display().to_string().into());
        opts.extend(self.opts);
        Arc::new(Context {
            id: self.id,
            saltenv: saltenv.unwrap_or("base").into(),
            grains: self.grains,
            pillar: Arc::new(self.pillar),
            opts: Arc::new(opts),
            files,
            processes: Arc::new(System),
            mine: self.mine,
            cache_dir: self.cache_dir,
            test,
            run: RunState::default(),
        })
    }
}
