//! A host: its agent's process with the real board, the spool that outlives it, and the workers that outlive it too.

use std::collections::BTreeMap;

use agent::jobs::{Action, Board, Class, Event, Found, Key, Phase, Reception};
use common::message::{Outcome, Report};

use super::world::{Happening, SILENCE, Stream, Word, World};

/// What an agent says of a job that it has run before and whose report it has been told is stored.
pub(super) const RUN_BEFORE: &str = "run before";

/// What is on the disk of one phase of a job.
struct Kept {
    class: Class,
    timeout: u64,
    /// In which order the tasks came.
    number: u64,
    boot: u64,
    /// Whether a worker has begun it.
    begun: bool,
    report: Option<Report>,
}

/// What the master can be told of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Queued,
    Waiting,
    Running,
    Reported,
}

/// A host.
#[derive(Default)]
pub(super) struct Host {
    /// The agent's process; none while it is dead.
    life: Option<u64>,
    boot: u64,
    board: Board,
    views: BTreeMap<Key, View>,
    /// The streams that follow a job and will deliver its report.
    followers: BTreeMap<Key, Vec<u64>>,
    /// The stream over which a report is being delivered.
    delivering: Option<u64>,
    spool: BTreeMap<Key, Kept>,
    finished: Vec<Key>,
    workers: BTreeMap<Key, u64>,
    pub(super) link: Option<u64>,
    pub(super) cut_until: u64,
    /// Until when nothing can be written.
    pub(super) full_until: u64,
    /// How often each task was really run, and what its report says.
    pub(super) runs: BTreeMap<Key, u32>,
    pub(super) results: BTreeMap<Key, Outcome>,
}

impl Host {
    pub(super) fn lives(&self, life: u64) -> bool {
        self.life == Some(life)
    }

    pub(super) fn is_up(&self) -> bool {
        self.life.is_some()
    }

    /// Whether a worker is at a job's second half.
    pub(super) fn is_at(&self, jid: &common::id::JobId) -> bool {
        self.workers.contains_key(&Key { jid: jid.clone(), phase: Phase::Run })
    }

    /// What the spool holds of jobs that the board has not done with. (What a full disk kept from being removed is told again
    /// at the agent's next start.)
    pub(super) fn held(&self) -> Vec<&Key> {
        self.spool.keys().filter(|key| self.views.contains_key(*key)).collect()
    }

    fn found(&self, key: &Key, kept: &Kept) -> Found {
        if kept.report.is_some() || kept.boot != self.boot {
            Found::Gone
        } else if self.workers.contains_key(key) {
            Found::Alive
        } else if kept.begun {
            Found::Gone
        } else {
            Found::Untouched
        }
    }

    /// Reports that no stream is about to deliver.
    fn undelivered(&self) -> Option<Key> {
        let mut reported = self.board.held().filter(|(_, ended)| *ended).map(|(key, _)| key);
        reported.find(|key| self.followers.get(*key).is_none_or(Vec::is_empty)).cloned()
    }
}

fn report(key: &Key, outcome: Outcome, text: &str) -> Report {
    Report {
        jid: key.jid.clone(),
        prepare: key.phase == Phase::Prepare,
        outcome,
        value: text.into(),
        retcode: i32::from(outcome != Outcome::Succeeded),
        unchanged: 0,
        changed: 0,
        failed: 0,
        started: 0,
        ended: 0,
    }
}

impl World {
    pub(super) fn agent_begins(&mut self, host: usize) {
        let life = self.number();
        let at = &mut self.hosts[host];
        if at.is_up() {
            return;
        }
        at.life = Some(life);
        let mut left: Vec<_> = at.spool.iter().collect();
        left.sort_by_key(|(_, kept)| kept.number);
        let left: Vec<_> =
            left.into_iter().map(|(key, kept)| (key.clone(), kept.class, at.found(key, kept))).collect();
        at.views = left
            .iter()
            .map(|(key, _, found)| {
                (key.clone(), if *found == Found::Alive { View::Running } else { View::Queued })
            })
            .collect();
        let (board, actions) = Board::restore(at.finished.clone(), left.clone());
        at.board = board;
        for (key, ..) in left.iter().filter(|(.., found)| *found == Found::Alive) {
            let delay = self.hosts[host].spool[key].timeout;
            self.after(delay, Happening::TimeOver { host, life, key: key.clone() });
        }
        self.perform(host, actions);
        let delay = self.random.u64(0..2_000);
        self.after(delay, Happening::Connects { host, life });
    }

    /// The agent's process dies; its workers go on.
    pub(super) fn agent_dies(&mut self, host: usize) {
        let at = &mut self.hosts[host];
        at.life = None;
        at.board = Board::default();
        at.views.clear();
        if let Some(link) = at.link {
            let after = self.random.u64(0..SILENCE);
            self.after(after, Happening::MasterMisses { host, link });
        }
        self.lose_link(host);
    }

    /// The whole host goes down.
    pub(super) fn power_cut(&mut self, host: usize) {
        self.agent_dies(host);
        let at = &mut self.hosts[host];
        at.boot += 1;
        at.workers.clear();
    }

    fn lose_link(&mut self, host: usize) {
        let at = &mut self.hosts[host];
        let Some(link) = at.link.take() else { return };
        at.followers.clear();
        at.delivering = None;
        let of_link = self.streams.values_mut().filter(|stream| stream.link == link);
        of_link.for_each(|stream| stream.agent_holds = false);
    }

    pub(super) fn connects(&mut self, host: usize, life: u64) {
        let at = &self.hosts[host];
        if !at.lives(life) || at.link.is_some() {
            return;
        }
        if self.master.is_none() || self.now < at.cut_until {
            let wait = self.random.u64(1_000..60_000);
            return self.after(wait, Happening::Connects { host, life });
        }
        let link = self.number();
        self.hosts[host].link = Some(link);
        self.master_connects(host, link);
        self.after(0, Happening::Delivers { host, life });
    }

    pub(super) fn agent_misses(&mut self, host: usize, link: u64) {
        let at = &self.hosts[host];
        let is_there = self.master.as_ref().is_some_and(|master| master.links.get(&host) == Some(&link));
        let Some(life) = at.life.filter(|_| at.link == Some(link)) else { return };
        if is_there && self.now >= at.cut_until {
            return;
        }
        self.lose_link(host);
        let wait = self.random.u64(0..10_000);
        self.after(wait, Happening::Connects { host, life });
    }

    /// A word of the master.
    pub(super) fn agent_hears(&mut self, number: u64, word: Word) {
        let Some(stream) = self.streams.get(&number).filter(|stream| stream.agent_holds) else { return };
        let (host, key) = (stream.host, stream.key.clone());
        match word {
            Word::Task { key, timeout } => self.receive(host, number, &key, timeout),
            Word::Kill => self.step(host, &Event::Kill(key)),
            Word::Stored => {
                self.agent_lets_go(host, number);
                self.step(host, &Event::Stored(key));
            }
            Word::End => self.agent_lets_go(host, number),
            _ => {}
        }
    }

    fn agent_lets_go(&mut self, host: usize, number: u64) {
        if let Some(stream) = self.streams.get_mut(&number) {
            stream.agent_holds = false;
        }
        let at = &mut self.hosts[host];
        at.followers.values_mut().for_each(|followers| followers.retain(|follower| *follower != number));
        if at.delivering == Some(number) {
            at.delivering = None;
        }
        if let Some(life) = at.life {
            let wait = self.random.u64(0..30_000);
            self.after(wait, Happening::Delivers { host, life });
        }
    }

    fn receive(&mut self, host: usize, stream: u64, key: &Key, timeout: u64) {
        let number = self.number();
        let (now, at) = (self.now, &mut self.hosts[host]);
        match at.board.reception(key) {
            Reception::Finished => {
                let told = report(key, Outcome::Lost, RUN_BEFORE);
                return self.tell_master(stream, Word::Finished(Box::new(told)));
            }
            Reception::Full => panic!("a board is full"),
            Reception::New if now < at.full_until => {
                let told = report(key, Outcome::Failed, "no space left on device");
                return self.tell_master(stream, Word::Finished(Box::new(told)));
            }
            Reception::New => {
                let class = if key.phase == Phase::Run { Class::Exclusive } else { Class::Shared };
                let kept = Kept { class, timeout, number, boot: at.boot, begun: false, report: None };
                at.spool.insert(key.clone(), kept);
                at.views.insert(key.clone(), View::Queued);
                self.step(host, &Event::Tasked(key.clone(), class));
            }
            Reception::Held => {}
        }
        self.hosts[host].followers.entry(key.clone()).or_default().push(stream);
        self.say(host, key, stream);
    }

    /// Tells the board of an event and does what it says.
    pub(super) fn step(&mut self, host: usize, event: &Event) {
        let actions = self.hosts[host].board.step(event);
        self.perform(host, actions);
    }

    fn perform(&mut self, host: usize, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Start(key) => self.start(host, &key),
                Action::Wait(key, _) => self.show(host, &key, View::Waiting),
                Action::Terminate(key) => {
                    if let Some(worker) = self.hosts[host].workers.get(&key).copied() {
                        let delay = self.random.u64(0..5_000);
                        self.after(delay, Happening::WorkerEnds { host, key, worker, killed: true });
                    }
                }
                Action::Conclude(key, outcome) => {
                    let at = &mut self.hosts[host];
                    if let Some(kept) = at.spool.get_mut(&key) {
                        let said = kept.report.get_or_insert_with(|| report(&key, outcome, "by the agent"));
                        at.results.insert(key.clone(), said.outcome);
                    }
                    self.show(host, &key, View::Reported);
                    if let Some(life) = self.hosts[host].life {
                        self.after(0, Happening::Delivers { host, life });
                    }
                }
                Action::Forget(key) => self.forget(host, &key),
            }
        }
    }

    fn start(&mut self, host: usize, key: &Key) {
        let worker = self.number();
        let at = &mut self.hosts[host];
        let Some(kept) = at.spool.get_mut(key) else { panic!("{key} starts and was never written down") };
        kept.begun = true;
        let runs = at.runs.entry(key.clone()).or_default();
        *runs += 1;
        assert_eq!(*runs, 1, "{key} runs a second time on fp-{host}");
        let (timeout, life) = (kept.timeout, at.life.unwrap_or(0));
        at.workers.insert(key.clone(), worker);
        let longest = if self.random.u32(0..10) == 0 { 900_000 } else { 40_000 };
        let length = self.random.u64(10..longest);
        self.after(length, Happening::WorkerEnds { host, key: key.clone(), worker, killed: false });
        self.after(timeout, Happening::TimeOver { host, life, key: key.clone() });
        self.show(host, key, View::Running);
        self.check_window(key);
    }

    pub(super) fn worker_ends(&mut self, host: usize, key: &Key, worker: u64, killed: bool) {
        let at = &mut self.hosts[host];
        if at.workers.get(key) != Some(&worker) {
            return;
        }
        at.workers.remove(key);
        // One that is killed says nothing, nor does one that crashes or finds no room for its words.
        if !killed && self.random.u32(0..40) > 0 && self.now >= at.full_until {
            let outcome = match (self.random.u32(0..10), key.phase) {
                (0, Phase::Run) => Outcome::Failed,
                (0, Phase::Prepare) if self.random.bool() => Outcome::NotCompiled,
                _ => Outcome::Succeeded,
            };
            let at = &mut self.hosts[host];
            if let Some(kept) = at.spool.get_mut(key) {
                kept.report = Some(report(key, outcome, "by the worker"));
                at.results.insert(key.clone(), outcome);
            }
        }
        if let Some(life) = self.hosts[host].life {
            let delay = self.random.u64(0..300);
            self.after(delay, Happening::EndSeen { host, life, key: key.clone() });
        }
    }

    fn show(&mut self, host: usize, key: &Key, view: View) {
        let at = &mut self.hosts[host];
        if at.views.insert(key.clone(), view) == Some(view) {
            return;
        }
        for stream in at.followers.get(key).cloned().unwrap_or_default() {
            self.say(host, key, stream);
        }
    }

    fn say(&mut self, host: usize, key: &Key, stream: u64) {
        let at = &self.hosts[host];
        let word = match at.views.get(key) {
            Some(View::Waiting) => Word::Waiting,
            Some(View::Running) => Word::Started,
            Some(View::Reported) => match at.spool.get(key).and_then(|kept| kept.report.clone()) {
                Some(report) => Word::Finished(Box::new(report)),
                None => panic!("the report of {key} is gone"),
            },
            Some(View::Queued) | None => return,
        };
        self.tell_master(stream, word);
    }

    fn forget(&mut self, host: usize, key: &Key) {
        let at = &mut self.hosts[host];
        // On a full disk the job is not written down as finished, so what is kept of it stays until the next start.
        if self.now >= at.full_until {
            at.finished.push(key.clone());
            at.spool.remove(key);
        }
        at.views.remove(key);
        for stream in at.followers.remove(key).unwrap_or_default() {
            if let Some(held) = self.streams.get_mut(&stream) {
                held.agent_holds = false;
            }
            self.tell_master(stream, Word::End);
        }
    }

    /// Delivers the next report that no stream delivers.
    pub(super) fn deliver(&mut self, host: usize) {
        let number = self.number();
        let at = &mut self.hosts[host];
        let (Some(link), None) = (at.link, at.delivering) else { return };
        let Some(key) = at.undelivered() else { return };
        let Some(report) = at.spool.get(&key).and_then(|kept| kept.report.clone()) else {
            return self.step(host, &Event::Stored(key));
        };
        at.delivering = Some(number);
        let stream = Stream {
            host,
            link,
            key,
            conversation: None,
            master_holds: true,
            agent_holds: true,
            is_open: true,
            to_agent: [].into(),
            to_master: [].into(),
        };
        self.streams.insert(number, stream);
        self.tell_master(number, Word::Deliver(Box::new(report)));
    }
}
