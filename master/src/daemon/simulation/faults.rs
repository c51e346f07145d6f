//! What operators do and what goes wrong, drawn before the world begins. In the end everything is up again.

use common::value::Map;

use super::world::{Happening, SILENCE, World};
use crate::jobs::rollout::Event;
use crate::jobs::{ApplySpec, CallSpec, FailureLimit, JobRecord, JobSpec, Offline, Phase, Policy, Spec};

/// When the last of it has happened, in milliseconds.
const TROUBLED: u64 = 1_500_000;

/// A fault, or what an operator does.
#[derive(Debug)]
pub(super) enum Deed {
    Job(Box<JobRecord>),
    Pause { job: usize, paused: bool },
    Cancel { job: usize },
    MasterDies { down: u64 },
    AgentDies { host: usize, down: u64 },
    PowerCut { host: usize, down: u64 },
    LinkCut { host: usize, length: u64 },
    MasterDiskFull { length: u64 },
    HostDiskFull { host: usize, length: u64 },
    ClockSet { by: i64 },
}

impl World {
    /// Draws everything that people and fate do to this world.
    pub(super) fn plan(&mut self) {
        let jobs = self.random.usize(1..4);
        for number in 0..jobs {
            let at = self.random.u64(0..600_000);
            let record = self.any_job();
            self.after(at, Happening::Deed(Deed::Job(Box::new(record))));
            if self.random.u32(0..5) == 0 {
                let pause = at + self.random.u64(0..120_000);
                let resume = pause + self.random.u64(0..300_000);
                self.after(pause, Happening::Deed(Deed::Pause { job: number, paused: true }));
                self.after(resume, Happening::Deed(Deed::Pause { job: number, paused: false }));
                // The master may not have been there to hear it.
                self.after(TROUBLED + 60_000, Happening::Deed(Deed::Pause { job: number, paused: false }));
            }
            if self.random.u32(0..6) == 0 {
                let at = at + self.random.u64(0..200_000);
                self.after(at, Happening::Deed(Deed::Cancel { job: number }));
            }
        }
        for _ in 0..self.random.usize(0..10) {
            let at = self.random.u64(0..TROUBLED - 400_000);
            let deed = self.any_fault();
            self.after(at, Happening::Deed(deed));
        }
    }

    fn any_fault(&mut self) -> Deed {
        let host = self.random.usize(0..self.hosts.len());
        let length =
            if self.random.bool() { self.random.u64(100..8_000) } else { self.random.u64(5_000..400_000) };
        match self.random.u32(0..12) {
            0..=3 => Deed::MasterDies { down: length },
            4 | 5 => Deed::AgentDies { host, down: length },
            6 => Deed::PowerCut { host, down: length },
            7 | 8 => Deed::LinkCut { host, length },
            9 => Deed::MasterDiskFull { length },
            10 => Deed::HostDiskFull { host, length },
            _ => Deed::ClockSet { by: self.random.i64(-90_000_000..90_000_000) },
        }
    }

    fn any_job(&mut self) -> JobRecord {
        let random = &mut self.random;
        let work = if random.u32(0..4) == 0 {
            Spec::Call(CallSpec {
                function: "state.apply".into(),
                positional: Vec::new(),
                keyword: Map::new(),
            })
        } else {
            Spec::Apply(ApplySpec { test: random.u32(0..6) == 0, ..ApplySpec::default() })
        };
        let batch = random.choice(["", "1", "2", "50%", "1,50%,100%"]).filter(|text| !text.is_empty());
        let offline = random.choice([Offline::Skip, Offline::Skip, Offline::Wait, Offline::Fail]);
        let may_verify = !matches!(&work, Spec::Apply(apply) if apply.test);
        let seconds = |random: &mut fastrand::Rng| if random.bool() { 0 } else { random.u64(0..60) };
        let policy = Policy {
            canary: (random.u32(0..6) == 0).then_some(1),
            batch_wait: seconds(random),
            hold: if random.u32(0..4) == 0 { random.u64(0..60) } else { 0 },
            max_failures: random
                .choice([None, Some(FailureLimit::Unlimited), Some(FailureLimit::Count(0))])
                .flatten(),
            verify: (may_verify && random.u32(0..4) == 0).then(|| "true".into()),
            offline: offline.unwrap_or_default(),
            expire: (offline == Some(Offline::Wait)).then(|| random.u64(60..1_800)),
            job_timeout: (random.u32(0..6) == 0).then(|| random.u64(30..1_200)),
            no_prepare: random.u32(0..3) == 0,
            ..Policy::default()
        };
        let prepares = matches!(work, Spec::Apply(_)) && !policy.no_prepare;
        let spec = JobSpec {
            work,
            target: None,
            batch: batch.map(|batch| batch.parse().unwrap()),
            policy,
            timeout: random.bool().then(|| random.u64(20..600)),
            request: None,
        };
        let phase = if prepares { Phase::Prepare } else { Phase::Apply };
        JobRecord::new("0".repeat(20).parse().unwrap(), spec, "operator".into(), 0, phase)
    }

    pub(super) fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Job(record) => {
                let hosts = (0..self.hosts.len()).collect();
                self.submit_job(*record, hosts);
            }
            Deed::Pause { job, paused } => self.order(job, if paused { Event::Pause } else { Event::Resume }),
            Deed::Cancel { job } => self.order(job, Event::Cancel),
            Deed::MasterDies { down } => {
                if self.master.is_some() {
                    self.master_dies();
                    self.after(down, Happening::MasterBegins);
                }
            }
            Deed::AgentDies { host, down } | Deed::PowerCut { host, down } => {
                let cut = matches!(deed, Deed::PowerCut { .. });
                if self.hosts[host].is_up() {
                    if cut {
                        self.power_cut(host)
                    } else {
                        self.agent_dies(host)
                    }
                    self.after(down, Happening::AgentBegins { host });
                }
            }
            Deed::LinkCut { host, length } => {
                self.hosts[host].cut_until = self.now + length;
                let Some(link) = self.hosts[host].link else { return };
                let (one, other) = (self.silence(), self.silence());
                self.after(one, Happening::MasterMisses { host, link });
                self.after(other, Happening::AgentMisses { host, link });
            }
            Deed::MasterDiskFull { length } => self.disk.full_until = self.now + length,
            Deed::HostDiskFull { host, length } => self.hosts[host].full_until = self.now + length,
            Deed::ClockSet { by } => self.skew += by,
        }
    }

    fn silence(&mut self) -> u64 {
        SILENCE - self.random.u64(0..5_000)
    }
}
