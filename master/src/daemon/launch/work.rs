//! What the hosts are to do: the snapshot of the tree and each host's pillar.

use std::sync::Arc;

use common::message::{ApplyRequest, CallRequest};
use common::store::Hash;
use common::value::{Map, Value};

use super::needs::needs_tree;
use crate::daemon::tasks::Tasks;
use crate::daemon::{Daemon, own};
use crate::database::Write;
use crate::jobs::rollout::Resumed;
use crate::jobs::{JobRecord, Spec};
use crate::parallel;
use crate::pillar::{PillarCompiler, PillarHost, failure};
use crate::scope::{self, Asked, Scope, is_scoped};
use crate::source::Taken;

/// Why a job may not begin.
#[derive(Debug)]
pub(super) struct Halt {
    /// What is wrong.
    pub(super) error: String,
    /// The hosts whose pillar does not compile, and what Salt would return for them.
    pub(super) hosts: Vec<(usize, Value)>,
}

impl Halt {
    fn new(error: impl std::fmt::Display) -> Self {
        Self { error: error.to_string(), hosts: Vec::new() }
    }

    /// The error's first line.
    pub(super) fn summary(&self) -> &str {
        self.error.lines().next().unwrap_or_default()
    }
}

/// The tasks of a job. Nothing has been sent when this fails.
pub(super) async fn prepare(
    daemon: &Arc<Daemon>,
    record: &JobRecord,
    hosts: Vec<PillarHost>,
    resumed: Option<&[Resumed]>,
) -> Result<Tasks, Halt> {
    let timeout = record.spec.timeout.unwrap_or(daemon.config().timeout.as_secs());
    let jid = record.jid.clone();
    let (saltenv, overrides) = match &record.spec.work {
        Spec::Call(call) if !needs_tree(call) => {
            let request = CallRequest {
                function: call.function.clone(),
                positional: call.positional.clone(),
                keyword: call.keyword.clone(),
                tree: None,
                pillar: Map::new(),
                opts: daemon.config().opts.clone(),
            };
            return Ok(Tasks::call(jid, timeout, request, Vec::new()));
        }
        Spec::Call(_) => ("base".to_owned(), Map::new()),
        Spec::Apply(apply) => (apply.saltenv.clone().unwrap_or_else(|| "base".into()), apply.pillar.clone()),
    };
    let tree = tree(daemon, record).await?;
    let ended =
        |index: usize| resumed.and_then(|resumed| resumed.get(index)).is_some_and(|host| host.state.is_end());
    let open: Vec<usize> = (0..hosts.len()).filter(|index| !ended(*index)).collect();
    let pillars = pillars(daemon, hosts.clone(), open.clone(), saltenv, overrides).await?;
    let scopes = match is_scoped(&daemon.config()) {
        true => scopes(daemon, record, tree, hosts, open, pillars.clone()).await?,
        false => Vec::new(),
    };
    let opts = daemon.config().opts.clone();
    Ok(match &record.spec.work {
        Spec::Apply(apply) => {
            let request = ApplyRequest {
                sls: apply.sls.clone(),
                test: apply.test,
                saltenv: apply.saltenv.clone(),
                tree,
                pillar: Map::new(),
                opts,
            };
            Tasks::apply(jid, timeout, request, pillars).scoped(scopes)
        }
        Spec::Call(call) => {
            let request = CallRequest {
                function: call.function.clone(),
                positional: call.positional.clone(),
                keyword: call.keyword.clone(),
                tree: Some(tree),
                pillar: Map::new(),
                opts,
            };
            Tasks::call(jid, timeout, request, pillars).scoped(scopes)
        }
    })
}

/// The job's snapshot: the one it has, or one taken now and written down.
async fn tree(daemon: &Arc<Daemon>, record: &JobRecord) -> Result<Hash, Halt> {
    if let Some(tree) = record.tree {
        return Ok(tree);
    }
    // Jobs that wait for their turn wait here, not each in a thread of the pool.
    let turn = daemon.snapshotting.lock().await;
    let shared = Arc::clone(daemon);
    let taking = tokio::task::spawn_blocking(move || shared.snapshotter.take(&shared.config().file_roots));
    let Taken { root, commit } = taking.await.map_err(Halt::new)?.map_err(Halt::new)?;
    drop(turn);
    let write = Write::JobTree { jid: record.jid.clone(), tree: root, commit };
    daemon.ledger.submit(write).await.map_err(Halt::new)?;
    Ok(root)
}

/// The part of the tree that each host is offered; of those that are not `open` any more, nothing.
async fn scopes(
    daemon: &Arc<Daemon>,
    record: &JobRecord,
    tree: Hash,
    hosts: Vec<PillarHost>,
    open: Vec<usize>,
    mut pillars: Vec<Map>,
) -> Result<Vec<Option<Arc<Scope>>>, Halt> {
    let saltenv = match &record.spec.work {
        Spec::Apply(apply) => apply.saltenv.clone(),
        Spec::Call(_) => None,
    };
    let asker = record.user.clone();
    let is_its_own = move |host: &PillarHost| asker == own::asker(&host.id);
    let (shared, record) = (Arc::clone(daemon), record.clone());
    let finding = tokio::task::spawn_blocking(move || {
        let config = shared.config();
        let mut scopes = vec![None; hosts.len()];
        let compiler = PillarCompiler::new(&config);
        for index in open.iter().copied().filter(|index| is_its_own(&hosts[*index])) {
            // What a host lays over its pillar must not tell what it is offered.
            let environment = saltenv.as_deref().unwrap_or("base");
            pillars[index] = compiler.compile(&hosts[index], environment, &Map::new()).unwrap_or_default();
        }
        let found = parallel::map(&open, |_, index| {
            let host = &hosts[*index];
            let wanted = scope::wanted(&record, is_its_own(host));
            let asked = Asked { host, pillar: &pillars[*index], saltenv: saltenv.as_deref(), wanted };
            shared.scoper.scope(&config, tree, &asked)
        });
        for (index, scope) in open.into_iter().zip(found) {
            scopes[index] = Some(scope?);
        }
        Ok::<_, String>(scopes)
    });
    finding.await.map_err(Halt::new)?.map_err(Halt::new)
}

/// The pillar of each host; of those that are not `open` any more, nothing.
async fn pillars(
    daemon: &Arc<Daemon>,
    hosts: Vec<PillarHost>,
    open: Vec<usize>,
    saltenv: String,
    overrides: Map,
) -> Result<Vec<Map>, Halt> {
    let (count, chosen) = (hosts.len(), open.iter().map(|index| hosts[*index].clone()).collect::<Vec<_>>());
    let shared = Arc::clone(daemon);
    let compiling = tokio::task::spawn_blocking(move || {
        PillarCompiler::new(&shared.config()).compile_all(&chosen, &saltenv, &overrides)
    });
    let mut pillars = vec![Map::new(); count];
    let mut failed = Vec::new();
    let mut first = None;
    for (index, compiled) in open.into_iter().zip(compiling.await.map_err(Halt::new)?) {
        match compiled {
            Ok(pillar) => pillars[index] = pillar,
            Err(diagnostics) => {
                first.get_or_insert_with(|| hosts[index].id.clone());
                failed.push((index, failure(&diagnostics)));
            }
        }
    }
    match (first, failed.len()) {
        (None, _) => Ok(pillars),
        (Some(id), 1) => Err(Halt { error: format!("the pillar of {id} does not compile"), hosts: failed }),
        (Some(id), more) => {
            let error = format!("the pillar of {more} hosts does not compile, {id} the first of them");
            Err(Halt { error, hosts: failed })
        }
    }
}
