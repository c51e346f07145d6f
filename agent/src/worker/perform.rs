//! Performs a task: prepare, apply or call.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::message::{ApplyRequest, CallRequest, Outcome, Report, Work};
use common::store::{Hash, Store};
use common::value::{Map, Value, map};
use states::compile::{self, Plan};
use states::context::Context;
use states::diagnostic::Diagnostic;
use states::engine;
use states::files::FileSource;
use states::functions::{self, Arguments};

use super::{DaemonClient, Host, Observing, Turn, grains};
use crate::cache::{NoTree, SnapshotSource, named_files, prune, remember_tree};
use crate::jobs::{Class, Key, Phase, classify};
use crate::spool::{self, Assignment, MINE_FILE, ProgressWriter, now};

/// What a job comes to, before it is a report.
struct Ending {
    outcome: Outcome,
    value: Value,
    retcode: i32,
    counts: [u32; 3],
}

impl Ending {
    fn new(outcome: Outcome, value: Value) -> Self {
        let retcode = match outcome {
            Outcome::Succeeded => 0,
            _ => 1,
        };
        Self { outcome, value, retcode, counts: [0; 3] }
    }

    fn not_compiled(diagnostics: &[Diagnostic]) -> Self {
        let texts = diagnostics.iter().map(|diagnostic| Value::from(diagnostic.to_string()));
        Self::new(Outcome::NotCompiled, Value::List(texts.collect()))
    }

    fn failed(reason: impl ToString) -> Self {
        Self::new(Outcome::Failed, reason.to_string().into())
    }
}

/// Performs a task in this process. `folder` is the job's phase in the spool.
#[must_use]
pub fn perform(assignment: &Assignment, folder: &Path) -> Report {
    let started = now();
    let ending = match &assignment.task.work {
        Work::Prepare(request) => prepare(assignment, request, folder),
        Work::Apply(request) => apply(assignment, request, folder),
        Work::Call(request) => call(assignment, request),
    };
    let ending = ending.unwrap_or_else(|ending| ending);
    let [unchanged, changed, failed] = ending.counts;
    Report {
        jid: assignment.task.jid.clone(),
        prepare: Key::of(&assignment.task).phase == Phase::Prepare,
        outcome: ending.outcome,
        value: ending.value,
        retcode: ending.retcode,
        unchanged,
        changed,
        failed,
        started,
        ended: now(),
    }
}

/// Fetches the tree, compiles the plan, fetches what it names. An error is an ending too.
fn prepare(assignment: &Assignment, request: &ApplyRequest, folder: &Path) -> Result<Ending, Ending> {
    let source = open(assignment, request.tree)?;
    let context = context(assignment, request, Arc::clone(&source));
    let plan = compiled(&context, request, &source)?;
    spool::write(&plan_path(folder), &plan).map_err(Ending::failed)?;
    let value = map([("states", plan.chunks.len().into()), ("warnings", plan.warnings.clone().into())]);
    Ok(Ending::new(Outcome::Succeeded, value.into()))
}

fn apply(assignment: &Assignment, request: &ApplyRequest, folder: &Path) -> Result<Ending, Ending> {
    let source = open(assignment, request.tree)?;
    let _turn = turn(assignment);
    let context = context(assignment, request, Arc::clone(&source));
    let prepared = plan_path(folder);
    let plan = if prepared.exists() {
        spool::read(&prepared).map_err(Ending::failed)?
    } else {
        compiled(&context, request, &source)?
    };
    let mut progress = ProgressWriter::create(folder);
    let mut observer = Observing::new(plan.chunks.len(), |step| progress.write(step));
    let report = engine::run(&plan, &context, &mut observer);
    if report.succeeded() {
        tidy(assignment);
    }
    Ok(ran(&report))
}

fn call(assignment: &Assignment, request: &CallRequest) -> Result<Ending, Ending> {
    let files: Arc<dyn FileSource> = match request.tree {
        Some(tree) => open(assignment, tree)?,
        None => Arc::new(NoTree),
    };
    let saltenv = common::value::get(&request.keyword, "saltenv").and_then(Value::as_str);
    let test = common::value::get(&request.keyword, "test").is_some_and(Value::is_true);
    let grains = grains::known(assignment);
    let context = host(assignment, grains, &request.pillar, &request.opts).context(files, saltenv, test);
    let arguments = Arguments { positional: request.positional.clone(), keyword: request.keyword.clone() };
    let _turn = (classify(&assignment.task.work) == Class::Exclusive).then(|| turn(assignment));
    Ok(match called(&context, &request.function, arguments) {
        Ok((value, retcode)) => {
            let outcome = if retcode == 0 { Outcome::Succeeded } else { Outcome::Failed };
            let mut ending = Ending { retcode, ..Ending::new(outcome, value) };
            if let Value::Map(map) = &ending.value
                && common::output::is_state_return(&ending.value)
            {
                ending.counts = counts(&common::output::Counts::of(map));
            }
            ending
        }
        Err(reason) => Ending::failed(reason),
    })
}

/// Calls an execution function as an operator does: a command goes through the shell, and its status is the call's.
///
/// # Errors
/// What went wrong, in words.
pub(crate) fn called(
    context: &Arc<Context>,
    function: &str,
    mut arguments: Arguments,
) -> Result<(Value, i32), String> {
    if function.starts_with("cmd.") {
        arguments.keyword.entry("python_shell".into()).or_insert(true.into());
    }
    let value = functions::call(context, function, &arguments).map_err(|error| error.to_string())?;
    let status = context.run.retcode.load(Ordering::Relaxed);
    let retcode = match &value {
        // A state run that was called by its name.
        Value::Map(map) if common::output::is_state_return(&value) => {
            if common::output::Counts::of(map).failed > 0 { 2 } else { 0 }
        }
        value if is_compile_failure(function, value) => 1,
        _ => i32::try_from(status).unwrap_or(1),
    };
    Ok((value, retcode))
}

/// Whether a function's value is a list of compile errors.
pub(crate) fn is_compile_failure(function: &str, value: &Value) -> bool {
    let lists = function == "state.show_lowstate" || function == "state.show_low_sls";
    let texts = |items: &[Value]| items.iter().all(|item| item.as_str().is_some());
    match value {
        // A lowstate is a list too, but of maps.
        Value::List(items) => RUNS.contains(&function) && (!lists || !items.is_empty()) && texts(items),
        _ => false,
    }
}

/// Whether a function runs states, so that what it returns is shown as a run.
pub(crate) fn is_state_run(function: &str) -> bool {
    RUNS.contains(&function) && !function.starts_with("state.show_")
}

/// The functions whose list of texts is one of compile errors.
const RUNS: &[&str] = &[
    "state.apply",
    "state.highstate",
    "state.sls",
    "state.sls_id",
    "state.single",
    "state.test",
    "state.show_highstate",
    "state.show_lowstate",
    "state.show_sls",
    "state.show_low_sls",
];

/// Compiles what a request names, and fetches what the plan names.
fn compiled(context: &Arc<Context>, request: &ApplyRequest, source: &SnapshotSource) -> Result<Plan, Ending> {
    let plan = compile_request(context, &request.sls).map_err(|errors| Ending::not_compiled(&errors))?;
    source.prefetch(&named_files(&plan)).map_err(Ending::failed)?;
    Ok(plan)
}

/// Compiles SLS files, or what the top file says where none are named.
///
/// # Errors
/// Every error found.
pub(crate) fn compile_request(context: &Arc<Context>, sls: &[String]) -> Result<Plan, Vec<Diagnostic>> {
    if sls.is_empty() { compile::highstate(context) } else { compile::sls(context, sls) }
}

fn ran(report: &engine::Report) -> Ending {
    let value = report.to_value();
    let count = value.as_map().map(common::output::Counts::of).unwrap_or_default();
    let outcome = if report.succeeded() { Outcome::Succeeded } else { Outcome::Failed };
    let retcode = if report.succeeded() { 0 } else { 2 };
    Ending { outcome, value, retcode, counts: counts(&count) }
}

fn counts(counts: &common::output::Counts) -> [u32; 3] {
    [counts.unchanged, counts.changed + counts.would_change, counts.failed]
        .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
}

fn open(assignment: &Assignment, tree: Hash) -> Result<Arc<SnapshotSource>, Ending> {
    let store = Store::open(&assignment.cache).map_err(Ending::failed)?;
    remember_tree(&assignment.cache, tree);
    let daemon = Arc::new(DaemonClient::new(assignment.socket.clone()));
    SnapshotSource::open(store, tree, daemon).map(Arc::new).map_err(Ending::failed)
}

fn context(assignment: &Assignment, request: &ApplyRequest, source: Arc<SnapshotSource>) -> Arc<Context> {
    let grains = states::grains::collect(&assignment.id, &assignment.grains);
    let host = host(assignment, Arc::new(grains), &request.pillar, &request.opts);
    host.context(source, request.saltenv.as_deref(), request.test)
}

fn host(assignment: &Assignment, grains: Arc<Map>, pillar: &Map, opts: &Map) -> Host {
    let daemon = Arc::new(DaemonClient::new(assignment.socket.clone()));
    learn_mine_functions(assignment, pillar, &daemon);
    let mut all = assignment.opts.clone();
    all.extend(opts.iter().map(|(key, value)| (key.clone(), value.clone())));
    Host {
        id: assignment.id.clone(),
        grains,
        pillar: pillar.clone(),
        cache_dir: assignment.cache.join("files"),
        local: false,
        mine: Some(daemon),
        opts: all,
    }
}

/// Writes down what the pillar wants in the mine, for the daemon, which has no pillar of its own, and has it look at once
/// when that has changed.
fn learn_mine_functions(assignment: &Assignment, pillar: &Map, daemon: &DaemonClient) {
    let Some(path) = assignment.cache.parent().map(|state_dir| state_dir.join(MINE_FILE)) else { return };
    // A call may come without the host's pillar.
    if pillar.is_empty() {
        return;
    }
    let wanted = functions::mine_functions(pillar).cloned().unwrap_or_default();
    let known = spool::read::<Value>(&path).unwrap_or_default();
    if known == wanted {
        return;
    }
    match spool::write(&path, &wanted) {
        Ok(()) => daemon.refresh_mine(),
        Err(error) => tracing::warn!(%error, "the mine functions of the pillar could not be kept"),
    }
}

/// Waits for an operator's own state run on this host, if there is one.
fn turn(assignment: &Assignment) -> Option<Turn> {
    let state_dir = assignment.cache.parent()?;
    Turn::take(state_dir, &format!("job {}", assignment.task.jid), |other| {
        tracing::info!(job = %assignment.task.jid, other, "waiting for another state run on this host");
    })
}

/// The plan lies beside the phases: the one makes it, the other runs it.
fn plan_path(folder: &Path) -> std::path::PathBuf {
    folder.parent().unwrap_or(folder).join("plan.msgpack")
}

fn tidy(assignment: &Assignment) {
    if let Ok(store) = Store::open(&assignment.cache) {
        prune(&assignment.cache, &store);
    }
}
