//! The master's process: live courses, connections, and the queue in front of its disk.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use agent::jobs::{Key, Phase as Half};
use common::id::JobId;
use common::message::Report;

use super::world::{Happening, SILENCE, Stream, Word, World};
use crate::daemon::course::{Course, Effect, Moment};
use crate::daemon::launch::setup::setup;
use crate::database::Write;
use crate::jobs::rollout::{Event, Resumed};
use crate::jobs::{HostState, JobRecord, Phase};

/// The timeout of the configuration.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A job, as the operator and the simulation know it.
pub(super) struct Job {
    pub(super) record: JobRecord,
    /// Its hosts, in the order of their turns.
    pub(super) hosts: Vec<usize>,
    /// The most hosts that it may have had at work at one time.
    pub(super) widest: usize,
    /// Whether it got as far as the ledger.
    pub(super) is_written: bool,
}

/// The process.
pub(super) struct Master {
    pub(super) life: u64,
    begun: u64,
    /// The connection of each host.
    pub(super) links: BTreeMap<usize, u64>,
    live: BTreeMap<usize, Live>,
    queue: VecDeque<(Write, Then)>,
    last_jid: Option<JobId>,
}

/// A job under way.
struct Live {
    /// None while its tree and pillar are compiled.
    course: Option<Course>,
    origin: u64,
    /// Where the hosts were when an earlier process stopped.
    resumed: Option<Vec<Resumed>>,
    /// What came before the course began.
    early: Vec<Input>,
    /// The latest conversation with each host, by the numbers of the job.
    streams: BTreeMap<usize, u64>,
    due: Option<u64>,
}

/// What a course is told.
enum Input {
    Event(Event),
    Report { host: usize, report: Box<Report>, stream: u64 },
    Broken { host: usize, conversation: u64 },
}

/// What follows when a write is on the disk, or has failed.
enum Then {
    Nothing,
    /// The report that came over this stream is kept.
    Stored(u64),
    /// These tasks may leave.
    Leave(Vec<u64>),
    /// The job is under way.
    Begin(usize),
}

impl World {
    pub(super) fn master_begins(&mut self) {
        let life = self.number();
        let last_jid = self.jobs.iter().filter(|job| job.is_written).map(|job| job.record.jid.clone()).max();
        self.master = Some(Master {
            life,
            begun: self.now,
            links: BTreeMap::new(),
            live: BTreeMap::new(),
            queue: VecDeque::new(),
            last_jid,
        });
        for record in self.disk.unfinished() {
            let job = self.jobs.iter().position(|job| job.record.jid == record.jid).unwrap();
            let rows = self.disk.hosts(&record.jid, false);
            let resumed = rows.iter().map(|row| Resumed {
                state: row.state,
                phase: row.phase,
                prepared: row.prepared,
                connected: false,
            });
            let resumed = Some(resumed.collect());
            self.jobs[job].record = record;
            self.insert(job, resumed);
        }
    }

    /// The process dies, and everything in its memory with it.
    pub(super) fn master_dies(&mut self) {
        let Some(master) = self.master.take() else { return };
        for (host, link) in master.links {
            let after = self.random.u64(0..SILENCE);
            self.after(after, Happening::AgentMisses { host, link });
        }
        self.streams.values_mut().for_each(|stream| stream.master_holds = false);
    }

    /// An operator's job, if the master is there to take it.
    pub(super) fn submit_job(&mut self, mut record: JobRecord, hosts: Vec<usize>) {
        let wall = self.wall();
        let Some(master) = &mut self.master else { return };
        let time = jiff::Timestamp::from_millisecond(wall).unwrap();
        record.jid = JobId::after(master.last_jid.as_ref(), time);
        record.started = wall;
        master.last_jid = Some(record.jid.clone());
        let write = Write::NewJob {
            job: Box::new(record.clone()),
            hosts: hosts.iter().map(|host| Self::id(*host)).collect(),
        };
        self.jobs.push(Job { record, hosts, widest: 0, is_written: false });
        self.write(write, Then::Begin(self.jobs.len() - 1));
    }

    /// Tells a live job of an event, by the job's own numbers.
    pub(super) fn order(&mut self, job: usize, event: Event) {
        self.tell(job, Input::Event(event));
    }

    fn insert(&mut self, job: usize, resumed: Option<Vec<Resumed>>) {
        let delay = self.random.u64(0..2_000);
        let Some(master) = &mut self.master else { return };
        let (life, origin) = (master.life, self.now);
        let live =
            Live { course: None, origin, resumed, early: Vec::new(), streams: BTreeMap::new(), due: None };
        master.live.insert(job, live);
        self.after(delay, Happening::Launched { life, job });
    }

    /// The job's own time begins.
    pub(super) fn launched(&mut self, job: usize) {
        let (now, wall) = (self.now, self.wall());
        let Job { record, hosts, .. } = &self.jobs[job];
        let Some(master) = &mut self.master else { return };
        let up = Duration::from_millis(now - master.begun);
        let Some(live) = master.live.get_mut(&job) else { return };
        let is_resumed = live.resumed.is_some();
        let fresh =
            Resumed { state: HostState::Queued, phase: record.phase, prepared: false, connected: false };
        let mut entering = live.resumed.take().unwrap_or_else(|| vec![fresh; hosts.len()]);
        for (host, entering) in hosts.iter().zip(&mut entering) {
            entering.connected = master.links.contains_key(host);
        }
        let setup = setup(record, is_resumed, TIMEOUT, up, wall);
        let ids = hosts.iter().map(|host| Self::id(*host)).collect();
        let (course, effects) = Course::new(record.jid.clone(), ids, setup, record.phase, &entering, wall);
        live.course = Some(course);
        live.origin = now;
        let early = std::mem::take(&mut live.early);
        self.carry_out(job, effects, None);
        for input in early {
            self.tell(job, input);
        }
        self.look_ahead(job);
    }

    pub(super) fn due(&mut self, job: usize) {
        let now = self.now;
        let Some(live) = self.live(job) else { return };
        live.due = None;
        let since = Duration::from_millis(now - live.origin);
        if live.course.as_ref().and_then(Course::due).is_some_and(|due| due <= since) {
            self.tell(job, Input::Event(Event::Tick));
        }
        self.look_ahead(job);
    }

    pub(super) fn verified(&mut self, job: usize, host: usize, is_good: bool) {
        let fault = (!is_good).then(|| "verification: the command ended with 1".to_owned());
        self.tell(job, Input::Event(Event::Verified { host, fault }));
    }

    fn live(&mut self, job: usize) -> Option<&mut Live> {
        self.master.as_mut()?.live.get_mut(&job)
    }

    fn tell(&mut self, job: usize, input: Input) {
        let (now, wall) = (self.now, self.wall());
        let Some(live) = self.live(job) else { return };
        let moment = Moment { since: Duration::from_millis(now - live.origin), wall };
        let Some(course) = &mut live.course else { return live.early.push(input) };
        let (effects, stream) = match input {
            Input::Event(event) => (course.event(&event, moment), None),
            Input::Report { host, report, stream } => (course.report(host, report, moment), Some(stream)),
            Input::Broken { host, conversation } => (course.broken(host, conversation, moment), None),
        };
        self.carry_out(job, effects, stream);
        self.look_ahead(job);
    }

    /// As the conductor does it: everything is written before anything leaves.
    fn carry_out(&mut self, job: usize, effects: Vec<Effect>, reporting: Option<u64>) {
        let mut beyond = Vec::new();
        for effect in effects {
            match effect {
                Effect::Write { write, keeps_report } => {
                    let then = reporting.filter(|_| keeps_report).map_or(Then::Nothing, Then::Stored);
                    self.write(write, then);
                }
                Effect::Tell(_) => {}
                other => beyond.push(other),
            }
        }
        let mut leaving = Vec::new();
        for effect in beyond {
            match effect {
                Effect::Send { host, phase, conversation } => {
                    leaving.extend(self.open(job, host, phase, conversation));
                }
                Effect::Kill { host } => {
                    if let Some(stream) = self.live(job).and_then(|live| live.streams.get(&host).copied()) {
                        self.control(stream, Word::Kill);
                    }
                }
                Effect::Verify { hosts } => self.verify(job, hosts),
                Effect::Write { .. } | Effect::Tell(_) => {}
            }
        }
        if !leaving.is_empty() {
            self.write(Write::Barrier, Then::Leave(leaving));
        }
        let Some(live) = self.live(job) else { return };
        let Some(course) = &live.course else { return };
        let (window, finished) = (course.rollout().window(), course.finished());
        self.jobs[job].widest = self.jobs[job].widest.max(window);
        if finished {
            self.master.as_mut().unwrap().live.remove(&job);
            let jid = self.jobs[job].record.jid.clone();
            let at = self.wall();
            self.write(Write::JobEnded { jid, at, error: None }, Then::Nothing);
        }
    }

    /// Opens a conversation's stream; nothing goes over it yet.
    fn open(&mut self, job: usize, position: usize, phase: Phase, conversation: u64) -> Option<u64> {
        let number = self.number();
        let host = self.jobs[job].hosts[position];
        let master = self.master.as_mut()?;
        let link = *master.links.get(&host)?;
        let phase = if phase == Phase::Prepare { Half::Prepare } else { Half::Run };
        let key = Key { jid: self.jobs[job].record.jid.clone(), phase };
        master.live.get_mut(&job)?.streams.insert(position, number);
        let timeout = self.jobs[job].record.spec.timeout.map_or(TIMEOUT, Duration::from_secs);
        let task = Word::Task { key: key.clone(), timeout: u64::try_from(timeout.as_millis()).unwrap() };
        let stream = Stream {
            host,
            link,
            key,
            conversation: Some((job, conversation)),
            master_holds: true,
            agent_holds: true,
            is_open: false,
            to_agent: [task].into(),
            to_master: VecDeque::new(),
        };
        self.streams.insert(number, stream);
        Some(number)
    }

    /// What the master says after the task.
    fn control(&mut self, number: u64, word: Word) {
        let Some(stream) = self.streams.get_mut(&number).filter(|stream| stream.master_holds) else { return };
        if stream.is_open { self.tell_agent(number, word) } else { stream.to_agent.push_back(word) }
    }

    fn leave(&mut self, number: u64, is_written: bool) {
        let Some(stream) = self.streams.get_mut(&number).filter(|stream| stream.master_holds) else { return };
        if !is_written {
            return self.master_lets_go(number, true);
        }
        stream.is_open = true;
        for word in std::mem::take(&mut stream.to_agent) {
            self.tell_agent(number, word);
        }
    }

    fn verify(&mut self, job: usize, hosts: Vec<usize>) {
        let life = self.master.as_ref().map_or(0, |master| master.life);
        for host in hosts {
            let (delay, is_good) = (self.random.u64(0..20_000), self.random.u32(0..8) > 0);
            self.after(delay, Happening::Verified { life, job, host, is_good });
        }
    }

    fn look_ahead(&mut self, job: usize) {
        let Some(live) = self.live(job) else { return };
        let Some(due) = live.course.as_ref().and_then(Course::due) else { return };
        let at = live.origin + u64::try_from(due.as_nanos().div_ceil(1_000_000)).unwrap();
        if live.due.is_some_and(|known| known <= at) {
            return;
        }
        live.due = Some(at);
        let life = self.master.as_ref().map_or(0, |master| master.life);
        let delay = at.saturating_sub(self.now);
        self.after(delay, Happening::Due { life, job });
    }

    fn write(&mut self, write: Write, then: Then) {
        let delay =
            if self.random.u32(0..50) == 0 { self.random.u64(0..5_000) } else { self.random.u64(1..20) };
        let Some(master) = &mut self.master else { return };
        master.queue.push_back((write, then));
        let life = master.life;
        if master.queue.len() == 1 {
            self.after(delay, Happening::Flushed { life });
        }
    }

    /// Everything that was queued is on the disk; on a full disk, what is owed waits and the rest fails.
    pub(super) fn flush(&mut self) {
        let is_full = self.now < self.disk.full_until;
        let Some(master) = &mut self.master else { return };
        let queued = std::mem::take(&mut master.queue);
        let (owed, failed): (VecDeque<_>, Vec<_>) = if is_full {
            let (owed, failed): (Vec<_>, Vec<_>) = queued.into_iter().partition(|(write, _)| write.is_owed());
            (owed.into(), failed)
        } else {
            (queued, Vec::new())
        };
        for (_, then) in failed {
            self.follow(then, false);
        }
        if is_full {
            let Some(master) = &mut self.master else { return };
            let life = master.life;
            let is_waited_for = !master.queue.is_empty();
            let newer = std::mem::replace(&mut master.queue, owed);
            master.queue.extend(newer);
            if !master.queue.is_empty() && !is_waited_for {
                self.after(1_000, Happening::Flushed { life });
            }
            return;
        }
        let (writes, thens): (Vec<_>, Vec<_>) = owed.into_iter().unzip();
        self.disk.commit(&writes);
        for then in thens {
            self.follow(then, true);
        }
    }

    fn follow(&mut self, then: Then, is_written: bool) {
        match then {
            Then::Nothing => {}
            Then::Stored(stream) if is_written => {
                self.control(stream, Word::Stored);
                if let Some(stream) = self.streams.get_mut(&stream) {
                    stream.master_holds = false;
                }
            }
            Then::Stored(stream) => self.master_lets_go(stream, false),
            Then::Leave(streams) => streams.into_iter().for_each(|stream| self.leave(stream, is_written)),
            Then::Begin(job) if is_written => {
                self.jobs[job].is_written = true;
                self.insert(job, None);
            }
            Then::Begin(_) => {}
        }
    }

    /// The master drops its end of a stream, and says so to its own job where the agent is not to blame.
    fn master_lets_go(&mut self, number: u64, is_broken: bool) {
        let Some(stream) = self.streams.get_mut(&number) else { return };
        stream.master_holds = false;
        let (conversation, host) = (stream.conversation, stream.host);
        if stream.is_open {
            self.tell_agent(number, Word::End);
        }
        if let Some((job, conversation)) = conversation.filter(|_| is_broken) {
            self.broken(job, host, conversation);
        }
    }

    fn broken(&mut self, job: usize, host: usize, conversation: u64) {
        if let Some(position) = self.jobs[job].hosts.iter().position(|of| *of == host) {
            self.tell(job, Input::Broken { host: position, conversation });
        }
    }

    /// A host's connection is made.
    pub(super) fn master_connects(&mut self, host: usize, link: u64) {
        let Some(master) = &mut self.master else { return };
        if let Some(old) = master.links.insert(host, link) {
            self.forget_streams_of(old);
        }
        self.tell_of_host(host, Event::Connected);
    }

    /// Nothing has come over a connection for too long.
    pub(super) fn master_misses(&mut self, host: usize, link: u64) {
        let agent_is_there = self.hosts[host].link == Some(link) && self.now >= self.hosts[host].cut_until;
        let Some(master) = &mut self.master else { return };
        if agent_is_there || master.links.get(&host) != Some(&link) {
            return;
        }
        master.links.remove(&host);
        self.forget_streams_of(link);
        self.tell_of_host(host, Event::Disconnected);
    }

    fn forget_streams_of(&mut self, link: u64) {
        let of_link = self.streams.values_mut().filter(|stream| stream.link == link);
        of_link.for_each(|stream| stream.master_holds = false);
    }

    fn tell_of_host(&mut self, host: usize, event: impl Fn(usize) -> Event) {
        let live: Vec<_> = self.master.iter().flat_map(|master| master.live.keys().copied()).collect();
        for job in live {
            if let Some(position) = self.jobs[job].hosts.iter().position(|of| *of == host) {
                self.tell(job, Input::Event(event(position)));
            }
        }
    }

    /// A word of an agent.
    pub(super) fn master_hears(&mut self, number: u64, word: Word) {
        let Some(stream) = self.streams.get(&number).filter(|stream| stream.master_holds) else { return };
        let (host, conversation) = (stream.host, stream.conversation);
        let position = conversation
            .and_then(|(job, _)| Some((job, self.jobs[job].hosts.iter().position(|of| *of == host)?)));
        match (word, position) {
            (Word::Waiting, Some((job, host))) => self.tell(job, Input::Event(Event::Waiting(host))),
            (Word::Started, Some((job, host))) => self.tell(job, Input::Event(Event::Started(host))),
            (Word::Finished(report), Some((job, host))) => {
                if self.live(job).is_some() {
                    self.tell(job, Input::Report { host, report, stream: number });
                } else {
                    self.master_lets_go(number, false);
                }
            }
            (Word::Deliver(report), _) => self.take_delivery(number, host, report),
            (Word::End, Some(_)) => {
                let conversation = conversation.map(|(_, conversation)| conversation);
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.master_holds = false;
                }
                if let (Some((job, _)), Some(conversation)) = (position, conversation) {
                    self.broken(job, host, conversation);
                }
            }
            _ => {}
        }
    }

    fn take_delivery(&mut self, stream: u64, host: usize, report: Box<Report>) {
        let job = self.jobs.iter().position(|job| job.record.jid == report.jid);
        let position = job.and_then(|job| self.jobs[job].hosts.iter().position(|of| *of == host));
        if let (Some(job), Some(host)) = (job, position)
            && self.live(job).is_some()
        {
            return self.tell(job, Input::Report { host, report, stream });
        }
        let write = Write::ReportAgain { host: Self::id(host), report, at: self.wall() };
        self.write(write, Then::Stored(stream));
    }
}
