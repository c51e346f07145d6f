//! The run loop: in which order states are called, and what their requisites make of them.
//!
//! States run in the order of the plan, except that whatever a state names in its requisites runs before it: depth first,
//! kind after kind as [`Kind`] lists them. A `prereq` is a dry run of its target, which for the target counts as nothing:
//! it runs in its turn.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use common::value::{Map, Value, get};
use indexmap::IndexMap;

use super::Observer;
use super::call::{Call, Numbers, skipped};
use super::listen::{self, Heard};
use super::parallel::{self, Flights};
use super::report::{Entry, Report};
use super::requisite::{Ended, Kind, Verdict, verdict};
use super::targets::{Targets, first_with_tag, requisites, tell_required_files};
use crate::compile::{Chunk, Plan};
use crate::context::Context;
use crate::modules;

/// How a state is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// In its turn.
    Turn,
    /// As a dry run, for a state that has it as its `prereq`.
    Ahead,
}

/// One state, to be called in one of the ways.
pub(super) type Step = (usize, Mode);

/// A run that is going on.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) context: &'a Arc<Context>,
    /// The same host, nothing of which may be changed.
    dry: Arc<Context>,
    pub(super) observer: &'a mut dyn Observer,
    /// For each chunk, its targets by kind. Of chunks with one tag only the first is there.
    pub(super) requisites: Vec<Targets>,
    /// The first chunk with the tag of each.
    pub(super) first: Vec<usize>,
    /// What states did in their turn.
    pub(super) turns: HashMap<usize, Entry>,
    /// What they would do.
    aheads: HashMap<usize, Entry>,
    numbers: Numbers,
    /// The states whose packages an earlier one has taken care of.
    pub(super) aggregated: HashSet<usize>,
    /// The states that are running beside this one.
    pub(super) flights: Flights,
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
            aggregated: HashSet::new(),
            flights: Flights::new(context),
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
        self.land_all();
        let late = self.listen();
        let Self { mut turns, ended, .. } = self;
        let mut entries: Vec<_> = ended.iter().filter_map(|index| turns.remove(index)).collect();
        entries.extend(late);
        Report { entries }
    }

    /// Runs some states and what they need. As in Salt none of them sees what an earlier one ran.
    pub(super) fn finish_only(mut self, indices: &[usize]) -> Report {
        let mut entries: IndexMap<usize, Entry> = IndexMap::new();
        for index in indices.iter().copied() {
            if self.first[index] != index {
                continue;
            }
            self.turns.clear();
            self.ended.clear();
            self.reach(index);
            self.land_all();
            for ended in &self.ended {
                if let Some(entry) = self.turns.remove(ended) {
                    entries.insert(*ended, entry);
                }
            }
        }
        Report { entries: entries.into_values().collect() }
    }

    /// Calls a state, and before it all that has to be called before. Says whether the run has to stop.
    fn reach(&mut self, index: usize) -> bool {
        let mut path = vec![Frame::new(self, (index, Mode::Turn))];
        let mut on_path = HashSet::from([(index, Mode::Turn)]);
        while let Some(frame) = path.last_mut() {
            let step = frame.step;
            match frame.before.next() {
                Some(needed) if self.is_done(needed) => {}
                Some(needed) if on_path.insert(needed) => {
                    frame.waited = true;
                    path.push(Frame::new(self, needed));
                }
                // A dry run does not wait for what waits for it.
                Some(_) if step.1 == Mode::Ahead => {}
                Some(_) => {
                    let number = self.numbers.next();
                    let chunk = &self.plan.chunks[step.0];
                    self.end(step.0, skipped(chunk, Some(false), "Recursive requisite found", number));
                    frame.before = Vec::new().into_iter();
                }
                None => {
                    let waited = frame.waited;
                    on_path.remove(&step);
                    path.pop();
                    if !self.is_done(step) {
                        self.call(step, waited);
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
    pub(super) fn verdict(&self, (index, mode): Step) -> Verdict {
        let kinds = self.requisites[index]
            .iter()
            .filter(|(kind, _)| mode == Mode::Turn || **kind != Kind::Prerequired);
        let ended = kinds.map(|(kind, targets)| {
            let entries = if *kind == Kind::Prereq { &self.aheads } else { &self.turns };
            (*kind, targets.iter().filter_map(|target| entries.get(target)).map(how_it_ended).collect())
        });
        verdict(&ended.collect::<Vec<_>>())
    }

    /// Calls a state whose requisites have all been called; `waited` says whether any of them was called only now. As in
    /// Salt only such a dry run counts a watch that would fire: what was watched and changed earlier is overlooked.
    fn call(&mut self, step: Step, waited: bool) {
        let (index, mode) = step;
        let chunk = &self.plan.chunks[index];
        self.land_targets(index);
        let verdict = self.verdict(step);
        let skip = match verdict {
            Verdict::Run | Verdict::RunWatching if mode == Mode::Ahead => {
                let mut entry =
                    Call { chunk, id: &chunk.id, watching: None }.run(&self.dry, &mut Numbers::default());
                if waited && verdict == Verdict::RunWatching && entry.changes.is_empty() {
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
        let joined = self.joined(index);
        let chunk = joined.as_ref().unwrap_or(&self.plan.chunks[index]);
        self.observer.started(chunk);
        let changed = watches.then(|| self.changed(index));
        if parallel::is_asked(chunk) {
            if self.flights.is_full() {
                self.land_one();
            }
            return self.flights.start(index, chunk, changed, self.numbers.next());
        }
        if get(&chunk.arguments, "umask").is_some() {
            // The mask is that of the whole process.
            self.land_all();
        }
        in_turn(chunk, changed.as_deref(), self.context, &mut self.numbers)
    }

    fn end(&mut self, index: usize, entry: Entry) {
        if !self.flights.is_open(index) {
            self.observer.finished(&entry);
        }
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
    fn listen(&mut self) -> Vec<Entry> {
        let changed = |index: &usize| {
            let first = self.first.get(*index).copied().unwrap_or(*index);
            self.turns.get(&first).is_some_and(|entry| !entry.changes.is_empty())
        };
        let Heard { listeners, missing } = listen::hear(&self.plan.reactions, changed);
        let mut late = Vec::new();
        for index in listeners.into_iter().filter(|index| self.first[*index] == *index) {
            let chunk = &self.plan.chunks[index];
            let id = format!("listener_{}", chunk.id);
            self.observer.started(chunk);
            let entry = Call { chunk, id: &id, watching: Some(&[]) }.run(self.context, &mut self.numbers);
            self.observer.finished(&entry);
            let stop = self.fails_hard(chunk, &entry);
            late.push(entry);
            if stop {
                break;
            }
        }
        for (module, id) in missing {
            let entry = listen::nobody(&module, &id, self.numbers.next());
            self.observer.finished(&entry);
            late.push(entry);
        }
        late
    }
}

/// Runs a state and, when it changed nothing and something it watches did, its `mod_watch`. `changed` is what it watches
/// and did change, when there is such a thing.
pub(super) fn in_turn(
    chunk: &Chunk,
    changed: Option<&[String]>,
    context: &Arc<Context>,
    numbers: &mut Numbers,
) -> Entry {
    let entry = Call { chunk, id: &chunk.id, watching: None }.run(context, numbers);
    let stopped = get(&entry.extra, "skip_watch").is_some();
    match changed {
        Some(changed) if !stopped && entry.changes.is_empty() => {
            Call { chunk, id: &chunk.id, watching: Some(changed) }.run(context, numbers)
        }
        _ => entry,
    }
}

/// A step on the way to a state, with what it still waits for.
struct Frame {
    step: Step,
    before: std::vec::IntoIter<Step>,
    /// Whether it had to wait for any of it.
    waited: bool,
}

impl Frame {
    fn new(run: &Run<'_>, step: Step) -> Self {
        Self { step, before: run.before(step).into_iter(), waited: false }
    }
}

fn how_it_ended(entry: &Entry) -> Ended {
    // A state that failed for its requisites counts as run: what it stands for did not come about.
    let skipped = entry.result == Some(true) && get(&entry.extra, "__state_ran__").is_some();
    Ended { result: entry.result, changed: !entry.changes.is_empty(), ran: !skipped }
}
