//! The world: what happens when, and what is on its way between a master and its agents.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use agent::jobs::Key;
use common::id::HostId;
use common::message::Report;

use super::disk::Disk;
use super::host::Host;
use super::master::{Job, Master};

/// After so many happenings a world that has not come to rest never will.
const STEPS: usize = 400_000;

/// When the world begins, in milliseconds since 1970.
const EPOCH: i64 = 1_800_000_000_000;

/// How long a side takes to find that nothing comes from the other any more, in milliseconds, at most.
pub(super) const SILENCE: u64 = 30_000;

/// Something that happens at its time. `life` tells a process from the one that ran in its place before.
#[derive(Debug)]
pub(super) enum Happening {
    /// A fault, or an operator's deed.
    Deed(super::faults::Deed),
    /// The master's process begins.
    MasterBegins,
    /// The master's disk has taken what was queued.
    Flushed { life: u64 },
    /// A job's tree and pillar are compiled.
    Launched { life: u64, job: usize },
    /// A job's own time has come.
    Due { life: u64, job: usize },
    /// A host has been verified.
    Verified { life: u64, job: usize, host: usize, is_good: bool },
    /// The master finds that a connection is gone.
    MasterMisses { host: usize, link: u64 },
    /// The first word on its way over a stream arrives.
    Arrives { stream: u64, at_agent: bool },
    /// An agent's process begins.
    AgentBegins { host: usize },
    /// An agent tries to connect.
    Connects { host: usize, life: u64 },
    /// An agent finds that its connection is gone.
    AgentMisses { host: usize, link: u64 },
    /// An agent looks for reports to deliver.
    Delivers { host: usize, life: u64 },
    /// A worker ends; by itself, or because it was killed.
    WorkerEnds { host: usize, key: Key, worker: u64, killed: bool },
    /// An agent sees that a worker is gone.
    EndSeen { host: usize, life: u64, key: Key },
    /// A worker's time is over.
    TimeOver { host: usize, life: u64, key: Key },
}

/// What goes over a stream.
#[derive(Clone, Debug)]
pub(super) enum Word {
    Task {
        key: Key,
        timeout: u64,
    },
    Kill,
    Stored,
    Waiting,
    Started,
    Finished(Box<Report>),
    Deliver(Box<Report>),
    /// The other side has let go of the stream.
    End,
}

/// A stream between the master and one agent.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) host: usize,
    pub(super) link: u64,
    pub(super) key: Key,
    /// Whose conversation it is; none when the agent delivers a report over it.
    pub(super) conversation: Option<(usize, u64)>,
    pub(super) master_holds: bool,
    pub(super) agent_holds: bool,
    pub(super) is_open: bool,
    pub(super) to_agent: VecDeque<Word>,
    pub(super) to_master: VecDeque<Word>,
}

struct Entry {
    at: u64,
    number: u64,
    happening: Happening,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// Everything there is. Times are milliseconds since the world began.
pub(super) struct World {
    pub(super) random: fastrand::Rng,
    pub(super) now: u64,
    /// How far the clock on the wall was set.
    pub(super) skew: i64,
    queue: BinaryHeap<Reverse<Entry>>,
    numbers: u64,
    prints: bool,
    pub(super) master: Option<Master>,
    pub(super) disk: Disk,
    pub(super) hosts: Vec<Host>,
    pub(super) jobs: Vec<Job>,
    pub(super) streams: BTreeMap<u64, Stream>,
}

impl World {
    pub(super) fn new(seed: u64, prints: bool) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let hosts = (0..random.usize(1..7)).map(|_| Host::default()).collect();
        let mut world = Self {
            random,
            now: 0,
            skew: 0,
            queue: BinaryHeap::new(),
            numbers: 0,
            prints,
            master: None,
            disk: Disk::new(),
            hosts,
            jobs: Vec::new(),
            streams: BTreeMap::new(),
        };
        world.after(0, Happening::MasterBegins);
        for host in 0..world.hosts.len() {
            let away = if world.random.u32(0..8) == 0 {
                world.random.u64(0..600_000)
            } else {
                world.random.u64(0..2_000)
            };
            world.after(away, Happening::AgentBegins { host });
        }
        world.plan();
        world
    }

    /// Runs until nothing happens any more.
    pub(super) fn run(mut self) {
        for _ in 0..STEPS {
            let Some(Reverse(Entry { at, happening, .. })) = self.queue.pop() else {
                return self.check_promises();
            };
            self.now = at;
            self.trace(|| format!("{happening:?}"));
            self.happen(happening);
        }
        panic!("the world does not come to rest");
    }

    /// Has something happen in so many milliseconds.
    pub(super) fn after(&mut self, delay: u64, happening: Happening) {
        self.numbers += 1;
        let entry = Entry { at: self.now + delay, number: self.numbers, happening };
        self.queue.push(Reverse(entry));
    }

    /// A number that nothing else has.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// What the clock on the wall shows, in milliseconds since 1970.
    pub(super) fn wall(&self) -> i64 {
        EPOCH + self.skew + i64::try_from(self.now).unwrap()
    }

    /// The id of a host.
    pub(super) fn id(host: usize) -> HostId {
        format!("fp-{host}").parse().unwrap()
    }

    pub(super) fn trace(&self, words: impl FnOnce() -> String) {
        if self.prints {
            eprintln!(
                "{:>12.3} {}",
                f64::from(u32::try_from(self.now).unwrap_or(u32::MAX)) / 1000.0,
                words()
            );
        }
    }

    /// Puts a word on a stream's way to the agent.
    pub(super) fn tell_agent(&mut self, stream: u64, word: Word) {
        self.send(stream, word, true);
    }

    /// Puts a word on a stream's way to the master.
    pub(super) fn tell_master(&mut self, stream: u64, word: Word) {
        self.send(stream, word, false);
    }

    fn send(&mut self, number: u64, word: Word, at_agent: bool) {
        let Some(stream) = self.streams.get_mut(&number) else { return };
        let way = if at_agent { &mut stream.to_agent } else { &mut stream.to_master };
        way.push_back(word);
        // Now and then the network is slow. The order of a stream's words is kept by its queue.
        let delay =
            if self.random.u32(0..20) == 0 { self.random.u64(0..3_000) } else { self.random.u64(0..60) };
        self.after(delay, Happening::Arrives { stream: number, at_agent });
    }

    fn arrive(&mut self, number: u64, at_agent: bool) {
        let Some(stream) = self.streams.get_mut(&number) else { return };
        let (host, link) = (stream.host, stream.link);
        // A link that is cut for less than the silence that ends it delivers afterwards.
        let cut = self.hosts[host].cut_until;
        if self.now < cut {
            let delay = cut - self.now + self.random.u64(0..500);
            return self.after(delay, Happening::Arrives { stream: number, at_agent });
        }
        let way = if at_agent { &mut stream.to_agent } else { &mut stream.to_master };
        let Some(word) = way.pop_front() else { return };
        if at_agent {
            if self.hosts[host].link == Some(link) {
                self.agent_hears(number, word);
            }
        } else if self.master.as_ref().is_some_and(|master| master.links.get(&host) == Some(&link)) {
            self.master_hears(number, word);
        }
        if self.streams.get(&number).is_some_and(|stream| !stream.master_holds && !stream.agent_holds) {
            self.streams.remove(&number);
        }
    }

    fn happen(&mut self, happening: Happening) {
        let master = self.master.as_ref().map(|master| master.life);
        match happening {
            Happening::Deed(deed) => self.deed(deed),
            Happening::MasterBegins => self.master_begins(),
            Happening::Flushed { life } if master == Some(life) => self.flush(),
            Happening::Launched { life, job } if master == Some(life) => self.launched(job),
            Happening::Due { life, job } if master == Some(life) => self.due(job),
            Happening::Verified { life, job, host, is_good } if master == Some(life) => {
                self.verified(job, host, is_good);
            }
            Happening::MasterMisses { host, link } => self.master_misses(host, link),
            Happening::Arrives { stream, at_agent } => self.arrive(stream, at_agent),
            Happening::AgentBegins { host } => self.agent_begins(host),
            Happening::Connects { host, life } => self.connects(host, life),
            Happening::AgentMisses { host, link } => self.agent_misses(host, link),
            Happening::Delivers { host, life } if self.hosts[host].lives(life) => self.deliver(host),
            Happening::WorkerEnds { host, key, worker, killed } => {
                self.worker_ends(host, &key, worker, killed)
            }
            Happening::EndSeen { host, life, key } if self.hosts[host].lives(life) => {
                self.step(host, &agent::jobs::Event::Ended(key));
            }
            Happening::TimeOver { host, life, key } if self.hosts[host].lives(life) => {
                self.step(host, &agent::jobs::Event::TimedOut(key));
            }
            // Of a process that is no more.
            _ => {}
        }
    }
}
