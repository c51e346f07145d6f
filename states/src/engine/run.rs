//! The run loop: in which order states are called, and what their requisites make of them.
//!
//! States run in the order of the plan, except that whatever a state names in its requisites runs before it: depth first,
//! kind after kind as [`Kind`] lists them. A `prereq` is a dry run of its target, which for the target counts as nothing:
//! it runs in its turn.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use common::value::{Map, Value, get};

use super::Observer;
use super::call::{Call, Numbers, skipped};
use super::listen::listeners;
use super::report::{Entry, Report};
use super::requisite::{Ended, Kind, Verdict, verdict};
use crate::compile::{Chunk, Plan};
use crate::context::{Context, RequiredFile};
use crate::modules;

/// How a state is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mode {
    /// In its turn.
    Turn,
    /// As a dry run, for a state that has it as its `prereq`.
    Ahead,
}

/// One state, to be called in one of the ways.
type Step = (usize, Mode);

/// A run that is going on.
pub(super) struct Run<'a> {
    plan: &'a Plan,
    context: &'a Arc<Context>,
    /// The same host, nothing of which may be changed.
    dry: Arc<Context>,
    observer: &'a mut dyn Observer,
    /// For each chunk, its targets by kind. Of chunks with one tag only the first is there.
    requisites: Vec<BTreeMap<Kind, Vec<usize>>>,
    /// The first chunk with the tag of each.
    first: Vec<usize>,
    /// What states did in their turn.
    turns: HashMap<usize, Entry>,
    /// What they would do.
    aheads: HashMap<usize, Entry>,
    numbers: Numbers,
    /// The order in which states ended.
    ended: Vec<usize>,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    pub(super) fn new(plan: &'a Plan, context: &'a Arc<Context>, observer: &'a mut dyn Observer) -> Self {
        let first = first_with_tag(plan);
        let requisites = requisites(plan, context, &first);
        tell_required_files(plan, context, &requisites);
        Self {
            requisites,
            first,
            dry: context.dry(),
            plan,
            context,
            observer,
            turns: HashMap::new(),
            aheads: HashMap::new(),
            numbers: Numbers::default(),
            ended: Vec::new(),
        }
    }

    /// Runs to the end, or to a failure that stops the run.
    pub(super) fn finish(mut self) -> Report {
        for index in 0..self.plan.chunks.len() {
            if self.first[index] == index && !self.turns.contains_key(&index) && self.reach(index) {
                break;
            }
        }
        let mut late = Vec::new();
        self.listen(&mut late);
        let Self { mut turns, ended, .. } = self;
        let mut entries: Vec<_> = ended.iter().filter_map(|index| turns.remove(index)).collect();
        entries.extend(late);
        Report { entries }
    }

    /// Calls a state, and before it all that has to be called before. Says whether the run has to stop.
    fn reach(&mut self, index: usize) -> bool {
        let mut path = vec![Frame::new(self, (index, Mode::Turn))];
        let mut on_path = HashSet::from([(index, Mode::Turn)]);
        while let Some(frame) = path.last_mut() {
            let step = frame.step;
            match frame.before.next() {
                Some(needed) if self.is_done(needed) => {}
                Some(needed) if on_path.insert(needed) => path.push(Frame::new(self, needed)),
                // A dry run does not wait for what waits for it.
                Some(_) if step.1 == Mode::Ahead => {}
                Some(_) => {
                    let number = self.numbers.next();
                    let chunk = &self.plan.chunks[step.0];
                    self.end(step.0, skipped(chunk, Some(false), "Recursive requisite found", number));
                    frame.before = Vec::new().into_iter();
                }
                None => {
                    on_path.remove(&step);
                    path.pop();
                    if !self.is_done(step) {
                        self.call(step);
                    }
                    if self.stops(step.0) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn is_done(&self, (index, mode): Step) -> bool {
        match mode {
            Mode::Turn => self.turns.contains_key(&index),
            Mode::Ahead => self.aheads.contains_key(&index),
        }
    }

    /// What has to be called before a step.
    fn before(&self, (index, mode): Step) -> Vec<Step> {
        let of_kind = |(kind, targets): (&Kind, &Vec<usize>)| {
            let mode = if *kind == Kind::Prereq { Mode::Ahead } else { Mode::Turn };
            targets.iter().map(move |target| (*target, mode)).collect::<Vec<_>>()
        };
        let matters = |kind: Kind| mode == Mode::Turn || kind != Kind::Prerequired;
        self.requisites[index].iter().filter(|(kind, _)| matters(**kind)).flat_map(of_kind).collect()
    }

    /// How the targets of a step ended. A target without an end waits for this very step, and says nothing.
    fn verdict(&self, (index, mode): Step) -> Verdict {
        let kinds = self.requisites[index]
            .iter()
            .filter(|(kind, _)| mode == Mode::Turn || **kind != Kind::Prerequired);
        let ended = kinds.map(|(kind, targets)| {
            let entries = if *kind == Kind::Prereq { &self.aheads } else { &self.turns };
            (*kind, targets.iter().filter_map(|target| entries.get(target)).map(how_it_ended).collect())
        });
        verdict(&ended.collect::<Vec<_>>())
    }

    /// Calls a state whose requisites have all been called.
    fn call(&mut self, step: Step) {
        let (index, mode) = step;
        let chunk = &self.plan.chunks[index];
        let verdict = self.verdict(step);
        let skip = match verdict {
            Verdict::Run | Verdict::RunWatching if mode == Mode::Ahead => {
                let mut entry =
                    Call { chunk, id: &chunk.id, watching: None }.run(&self.dry, &mut Numbers::default());
                if verdict == Verdict::RunWatching && entry.changes.is_empty() {
                    entry.changes = modules::change("watch", "watch");
                    entry.result = None;
                }
                self.aheads.insert(index, entry);
                return;
            }
            Verdict::Run | Verdict::RunWatching => {
                let entry = self.run(index, verdict == Verdict::RunWatching);
                return self.end(index, entry);
            }
            Verdict::Fail => match self.aheads.remove(&index) {
                // What failed is a state that was to run before this one: this one is shown as it was seen by then.
                Some(entry) => {
                    let run_num = self.numbers.next();
                    return self.end(index, Entry { changes: Map::new(), run_num, ..entry });
                }
                None => (false, format!("One or more requisite failed: {}", self.failed(index).join(", "))),
            },
            Verdict::NothingToPrepare => (true, "No changes detected".into()),
            Verdict::NothingFailed => (true, "State was not run because onfail req did not change".into()),
            Verdict::NothingChanged => {
                (true, "State was not run because none of the onchanges reqs changed".into())
            }
        };
        let (result, comment) = skip;
        let entry = skipped(chunk, Some(result), &comment, self.numbers.next());
        self.aheads.insert(index, entry.clone());
        self.end(index, entry);
    }

    /// Runs a state in its turn; when it changed nothing and a state that it watches did, its `mod_watch`.
    fn run(&mut self, index: usize, watches: bool) -> Entry {
        let chunk = &self.plan.chunks[index];
        self.observer.started(chunk);
        let entry = Call { chunk, id: &chunk.id, watching: None }.run(self.context, &mut self.numbers);
        let stopped = get(&entry.extra, "skip_watch").is_some();
        if !watches || stopped || !entry.changes.is_empty() {
            return entry;
        }
        let changed = self.changed(index);
        Call { chunk, id: &chunk.id, watching: Some(&changed) }.run(self.context, &mut self.numbers)
    }

    fn end(&mut self, index: usize, entry: Entry) {
        self.observer.finished(&entry);
        self.turns.insert(index, entry);
        self.ended.push(index);
    }

    /// The states that a state watches and that changed, as `module: id`.
    fn changed(&self, index: usize) -> Vec<String> {
        let watched = self.requisites[index].get(&Kind::Watch).into_iter().flatten();
        watched
            .filter(|target| self.turns.get(target).is_some_and(|entry| !entry.changes.is_empty()))
            .map(|target| &self.plan.chunks[*target])
            .map(|chunk| format!("{}: {}", chunk.state, chunk.id))
            .collect()
    }

    /// The targets of a state that failed, as `sls.id`, each once.
    fn failed(&self, index: usize) -> Vec<String> {
        let mut names = Vec::new();
        for target in self.requisites[index].values().flatten() {
            let entry = self.aheads.get(target).or_else(|| self.turns.get(target));
            if entry.is_some_and(|entry| entry.result == Some(false)) {
                let Chunk { sls, id, .. } = &self.plan.chunks[*target];
                let name = format!("{sls}.{id}");
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Whether the run stops after this state: it failed, and it or the configuration asks for that (`failhard`).
    fn stops(&self, index: usize) -> bool {
        let chunk = &self.plan.chunks[index];
        self.turns.get(&index).is_some_and(|entry| self.fails_hard(chunk, entry))
    }

    fn fails_hard(&self, chunk: &Chunk, entry: &Entry) -> bool {
        let asked = get(&chunk.arguments, "failhard").or_else(|| get(&self.context.opts, "failhard"));
        !self.context.test && entry.result == Some(false) && asked.is_some_and(Value::is_true)
    }

    /// Fires the listeners of what changed.
    fn listen(&mut self, late: &mut Vec<Entry>) {
        let changed = |index: usize| {
            let first = self.first.get(index).copied().unwrap_or(index);
            self.turns.get(&first).is_some_and(|entry| !entry.changes.is_empty())
        };
        for index in listeners(self.plan, changed) {
            if self.first[index] != index {
                continue;
            }
            let chunk = &self.plan.chunks[index];
            let id = format!("listener_{}", chunk.id);
            self.observer.started(chunk);
            let entry = Call { chunk, id: &id, watching: Some(&[]) }.run(self.context, &mut self.numbers);
            self.observer.finished(&entry);
            let stop = self.fails_hard(chunk, &entry);
            late.push(entry);
            if stop {
                return;
            }
        }
    }
}

/// A step on the way to a state, with what it still waits for.
struct Frame {
    step: Step,
    before: std::vec::IntoIter<Step>,
}

impl Frame {
    fn new(run: &Run<'_>, step: Step) -> Self {
        Self { step, before: run.before(step).into_iter() }
    }
}

fn how_it_ended(entry: &Entry) -> Ended {
    // A state that failed for its requisites counts as run: what it stands for did not come about.
    let skipped = entry.result == Some(true) && get(&entry.extra, "__state_ran__").is_some();
    Ended { result: entry.result, changed: !entry.changes.is_empty(), ran: !skipped }
}

pub(super) fn first_with_tag(plan: &Plan) -> Vec<usize> {
    let mut seen = HashMap::new();
    plan.chunks.iter().enumerate().map(|(index, chunk)| *seen.entry(chunk.tag()).or_insert(index)).collect()
}

/// The targets of each chunk by kind, with `prereq` turned around as well.
pub(super) fn requisites(plan: &Plan, context: &Context, first: &[usize]) -> Vec<BTreeMap<Kind, Vec<usize>>> {
    let disabled = disabled(context);
    let mut all = vec![BTreeMap::<Kind, Vec<usize>>::new(); plan.chunks.len()];
    for (index, chunk) in plan.chunks.iter().enumerate().filter(|(index, _)| first[*index] == *index) {
        let watches = modules::find(&chunk.function()).is_some_and(modules::Function::has_mod_watch);
        for requisite in chunk.requisites.iter().filter(|requisite| !disabled.contains(&requisite.kind)) {
            let Some(kind) = Kind::from_name(&requisite.kind) else { continue };
            let kind = if watches { kind } else { kind.without_watch() };
            for target in requisite.targets.iter().filter_map(|target| first.get(*target)) {
                add(&mut all[index], kind, *target);
                if kind == Kind::Prereq {
                    add(&mut all[*target], Kind::Prerequired, index);
                }
            }
        }
    }
    all
}

/// Tells `file` states which other `file` states each requires: what those manage is not to be cleaned away.
fn tell_required_files(plan: &Plan, context: &Context, requisites: &[BTreeMap<Kind, Vec<usize>>]) {
    let mut required = HashMap::<String, Vec<RequiredFile>>::new();
    for (chunk, requisites) in plan.chunks.iter().zip(requisites).filter(|(chunk, _)| chunk.state == "file") {
        let targets =
            requisites.get(&Kind::Require).into_iter().flatten().map(|target| &plan.chunks[*target]);
        let files = targets.filter(|target| target.state == "file").map(|target| RequiredFile {
            name: target.name.clone(),
            function: target.fun.clone(),
            saltenv: target.saltenv.clone(),
            arguments: target.arguments.clone(),
        });
        required.entry(chunk.id.clone()).or_default().extend(files);
    }
    *context.run.required_files.lock().unwrap_or_else(PoisonError::into_inner) = required;
}

fn add(requisites: &mut BTreeMap<Kind, Vec<usize>>, kind: Kind, target: usize) {
    let targets = requisites.entry(kind).or_default();
    if !targets.contains(&target) {
        targets.push(target);
    }
}

/// The kinds of requisites that the configuration switches off.
fn disabled(context: &Context) -> Vec<String> {
    match get(&context.opts, "disabled_requisites") {
        Some(Value::List(kinds)) => kinds.iter().map(ToString::to_string).collect(),
        Some(Value::String(kind)) => vec![kind.to_string()],
        _ => Vec::new(),
    }
}
