//! What runs when: the life of every job on this host, as a machine without I/O. Events go in, actions come out.
//!
//! ```text
//!           Tasked                    Ended
//! (unknown) ──────► Waiting ─► Running ──────► Reported ─► (finished)
//!                      │          │ Kill, TimedOut ▲  Stored
//!                      │          └────► Dying ────┤
//!                      └───────────────────────────┘ Kill
//! ```

use std::collections::{HashSet, VecDeque};

use common::id::JobId;
use common::message::Outcome;
use indexmap::IndexMap;

use super::Key;

/// How many jobs that may run beside each other do so at most.
pub const SHARED_LIMIT: usize = 8;

/// How many jobs the agent holds at most, waiting ones and reports that the master has not taken yet included.
pub const HELD_LIMIT: usize = 1000;

/// How many finished jobs are remembered, so that none is run twice.
pub const FINISHED_LIMIT: usize = 2000;

/// How a job goes with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It changes the host's state: one at a time.
    Exclusive,
    /// It runs beside others.
    Shared,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The master has sent a task.
    Tasked(Key, Class),
    /// A job's worker is gone, or could not be started.
    Ended(Key),
    /// The master wants a job killed.
    Kill(Key),
    /// A job's time is over.
    TimedOut(Key),
    /// The master has a job's report.
    Stored(Key),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start a worker.
    Start(Key),
    /// Say that a job waits for another.
    Wait(Key, JobId),
    /// Kill a job's worker with everything it has started.
    Terminate(Key),
    /// See to it that there is a report: the worker's own, or one with this outcome.
    Conclude(Key, Outcome),
    /// Remember that a job is finished, and remove what is kept of it.
    Forget(Key),
}

/// What became of a task that the master has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It is new and on the board.
    New,
    /// It is on the board already.
    Held,
    /// It was finished and its report stored.
    Finished,
    /// The board is full.
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Dying(Outcome),
    Reported,
}

/// Every job the agent holds, in the order in which they came, and the latest finished ones.
#[derive(Debug, Default)]
pub struct Board {
    jobs: IndexMap<Key, (Class, State)>,
    finished: VecDeque<Key>,
    known: HashSet<Key>,
}

/// What the spool says of a job when the agent starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No worker has begun it.
    Untouched,
    /// Its worker is alive.
    Alive,
    /// Its worker is gone; there may be a report.
    Gone,
}

impl Board {
    /// The board as an earlier agent left it. The actions bring it on its way again.
    #[must_use]
    pub fn restore(
        finished: impl IntoIterator<Item = Key>,
        jobs: impl IntoIterator<Item = (Key, Class, Found)>,
    ) -> (Self, Vec<Action>) {
        let mut board = Self::default();
        for key in finished {
            board.remember(key);
        }
        let mut actions = Vec::new();
        for (key, class, found) in jobs {
            // The agent died while it removed what was kept of the job.
            if board.known.contains(&key) {
                actions.push(Action::Forget(key));
                continue;
            }
            let state = match found {
                Found::Untouched => State::Waiting,
                Found::Alive => State::Running,
                Found::Gone => {
                    actions.push(Action::Conclude(key.clone(), Outcome::Lost));
                    State::Reported
                }
            };
            board.jobs.insert(key, (class, state));
        }
        board.schedule(&mut actions);
        (board, actions)
    }

    /// What a task would become; [`Event::Tasked`] makes it so.
    #[must_use]
    pub fn reception(&self, key: &Key) -> Reception {
        if self.jobs.contains_key(key) {
            Reception::Held
        } else if self.known.contains(key) {
            Reception::Finished
        } else if self.jobs.len() >= HELD_LIMIT {
            Reception::Full
        } else {
            Reception::New
        }
    }

    /// Takes an event and says what is to be done.
    pub fn step(&mut self, event: &Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Tasked(key, class) => {
                if self.reception(key) == Reception::New {
                    self.jobs.insert(key.clone(), (*class, State::Waiting));
                }
            }
            Event::Ended(key) => match self.state(key) {
                Some(state @ State::Running) => {
                    *state = State::Reported;
                    actions.push(Action::Conclude(key.clone(), Outcome::Lost));
                }
                Some(state @ State::Dying(_)) => {
                    if let State::Dying(outcome) = std::mem::replace(state, State::Reported) {
                        actions.push(Action::Conclude(key.clone(), outcome));
                    }
                }
                _ => {}
            },
            Event::Kill(key) => self.end(key, Outcome::Killed, &mut actions),
            Event::TimedOut(key) => self.end(key, Outcome::TimedOut, &mut actions),
            Event::Stored(key) => {
                if matches!(self.state(key), Some(State::Reported)) {
                    self.jobs.shift_remove(key);
                    self.remember(key.clone());
                    actions.push(Action::Forget(key.clone()));
                }
            }
        }
        self.schedule(&mut actions);
        actions
    }

    /// Every job the agent holds, and whether it has ended.
    pub fn held(&self) -> impl Iterator<Item = (&Key, bool)> {
        self.jobs.iter().map(|(key, (_, state))| (key, *state == State::Reported))
    }

    /// Whether no job is waiting or running.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.jobs.values().all(|(_, state)| *state == State::Reported)
    }

    /// The jobs that are finished, the oldest first.
    pub fn finished(&self) -> impl Iterator<Item = &Key> {
        self.finished.iter()
    }

    fn end(&mut self, key: &Key, outcome: Outcome, actions: &mut Vec<Action>) {
        match self.state(key) {
            Some(state @ State::Waiting) => {
                *state = State::Reported;
                actions.push(Action::Conclude(key.clone(), outcome));
            }
            Some(state @ State::Running) => {
                *state = State::Dying(outcome);
                actions.push(Action::Terminate(key.clone()));
            }
            _ => {}
        }
    }

    /// Starts what may start; a job that may not waits for the first of those that are in its way.
    fn schedule(&mut self, actions: &mut Vec<Action>) {
        let busy = |state: State| matches!(state, State::Running | State::Dying(_));
        let mut exclusive: Option<JobId> = None;
        let mut shared: VecDeque<JobId> = VecDeque::new();
        for (key, (class, state)) in &self.jobs {
            if busy(*state) {
                match class {
                    Class::Exclusive => exclusive = Some(key.jid.clone()),
                    Class::Shared => shared.push_back(key.jid.clone()),
                }
            }
        }
        for (key, (class, state)) in &mut self.jobs {
            if *state != State::Waiting {
                continue;
            }
            let behind = match class {
                Class::Exclusive => exclusive.clone(),
                Class::Shared if shared.len() >= SHARED_LIMIT => shared.front().cloned(),
                Class::Shared => None,
            };
            if let Some(behind) = behind {
                actions.push(Action::Wait(key.clone(), behind));
                continue;
            }
            match class {
                Class::Exclusive => exclusive = Some(key.jid.clone()),
                Class::Shared => shared.push_back(key.jid.clone()),
            }
            *state = State::Running;
            actions.push(Action::Start(key.clone()));
        }
    }

    fn state(&mut self, key: &Key) -> Option<&mut State> {
        self.jobs.get_mut(key).map(|(_, state)| state)
    }

    fn remember(&mut self, key: Key) {
        if self.known.insert(key.clone()) {
            self.finished.push_back(key);
        }
        while self.finished.len() > FINISHED_LIMIT {
            if let Some(oldest) = self.finished.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Phase;
    use super::*;

    fn key(number: u32) -> Key {
        Key { jid: format!("{number:020}").parse().unwrap(), phase: Phase::Run }
    }

    fn tasked(number: u32, class: Class) -> Event {
        Event::Tasked(key(number), class)
    }

    #[test]
    fn one_state_run_at_a_time() {
        let mut board = Board::default();
        assert_eq!(board.step(&tasked(1, Class::Exclusive)), [Action::Start(key(1))]);
        assert_eq!(board.step(&tasked(2, Class::Exclusive)), [Action::Wait(key(2), key(1).jid)]);
        assert_eq!(board.step(&tasked(3, Class::Shared))[1..], [Action::Start(key(3))]);
        assert_eq!(
            board.step(&Event::Ended(key(1))),
            [Action::Conclude(key(1), Outcome::Lost), Action::Start(key(2))]
        );
        assert_eq!(board.step(&Event::Stored(key(1))), [Action::Forget(key(1))]);
    }

    #[test]
    fn nothing_is_run_twice() {
        let mut board = Board::default();
        board.step(&tasked(1, Class::Shared));
        assert_eq!(board.reception(&key(1)), Reception::Held);
        assert_eq!(board.step(&tasked(1, Class::Shared)), []);
        board.step(&Event::Ended(key(1)));
        assert_eq!(board.step(&tasked(1, Class::Shared)), []);
        board.step(&Event::Stored(key(1)));
        assert_eq!(board.reception(&key(1)), Reception::Finished);
        assert_eq!(board.step(&tasked(1, Class::Shared)), []);
        let prepare = Key { phase: Phase::Prepare, ..key(1) };
        assert_eq!(board.reception(&prepare), Reception::New);
    }

    #[test]
    fn kills_by_what_it_is_doing() {
        let mut board = Board::default();
        board.step(&tasked(1, Class::Exclusive));
        board.step(&tasked(2, Class::Exclusive));
        assert_eq!(board.step(&Event::Kill(key(2))), [Action::Conclude(key(2), Outcome::Killed)]);
        assert_eq!(board.step(&Event::TimedOut(key(1))), [Action::Terminate(key(1))]);
        assert_eq!(board.step(&Event::Kill(key(1))), []);
        assert_eq!(board.step(&Event::Ended(key(1))), [Action::Conclude(key(1), Outcome::TimedOut)]);
        assert_eq!(board.step(&Event::Kill(key(1))), []);
        assert!(board.is_idle());
    }

    #[test]
    fn takes_up_what_an_earlier_agent_left() {
        let jobs = [
            (key(1), Class::Exclusive, Found::Alive),
            (key(2), Class::Exclusive, Found::Untouched),
            (key(3), Class::Shared, Found::Gone),
        ];
        let (mut board, actions) = Board::restore([key(9)], jobs);
        assert_eq!(actions, [Action::Conclude(key(3), Outcome::Lost), Action::Wait(key(2), key(1).jid)]);
        assert_eq!(board.reception(&key(9)), Reception::Finished);
        assert_eq!(board.step(&Event::Ended(key(1)))[1], Action::Start(key(2)));
    }

    #[test]
    fn what_is_left_of_a_finished_job_is_removed_and_not_run() {
        for found in [Found::Untouched, Found::Gone] {
            let (board, actions) = Board::restore([key(1)], [(key(1), Class::Shared, found)]);
            assert_eq!(actions, [Action::Forget(key(1))]);
            assert_eq!(board.reception(&key(1)), Reception::Finished);
            assert!(board.is_idle());
        }
    }

    #[test]
    fn is_bounded() {
        let mut board = Board::default();
        for number in 0..u32::try_from(HELD_LIMIT).unwrap() {
            board.step(&tasked(number, Class::Shared));
        }
        assert_eq!(board.reception(&key(5000)), Reception::Full);
        let mut board = Board::default();
        for number in 0..5000 {
            board.step(&tasked(number, Class::Shared));
            board.step(&Event::Ended(key(number)));
            board.step(&Event::Stored(key(number)));
        }
        assert_eq!(board.finished().count(), FINISHED_LIMIT);
        assert_eq!(board.held().count(), 0);
    }

    /// Whatever the order of events: never two state runs at once, every job starts at most once, and after all workers
    /// have ended nothing is left waiting.
    #[test]
    fn holds_in_every_order() {
        for seed in 0..40 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut board = Board::default();
            let (mut started, mut running) = (HashSet::new(), HashSet::new());
            let class = |number: u32| if number.is_multiple_of(2) { Class::Exclusive } else { Class::Shared };
            let mut apply = |board: &mut Board, event: Event| {
                for action in board.step(&event) {
                    match action {
                        Action::Start(key) => {
                            assert!(started.insert(key.clone()), "{key} starts twice");
                            running.insert(key);
                        }
                        Action::Conclude(key, _) => {
                            running.remove(&key);
                        }
                        Action::Forget(key) => assert!(!running.contains(&key)),
                        Action::Wait(..) | Action::Terminate(_) => {}
                    }
                }
                let exclusive = (0..24).step_by(2).filter(|number| running.contains(&key(*number)));
                assert!(exclusive.count() <= 1);
                assert!(running.len() <= SHARED_LIMIT + 1);
            };
            for _ in 0..300 {
                let number = random.u32(0..24);
                let key = key(number);
                let event = match random.u32(0..5) {
                    0 => Event::Tasked(key, class(number)),
                    1 => Event::Ended(key),
                    2 => Event::Kill(key),
                    3 => Event::TimedOut(key),
                    _ => Event::Stored(key),
                };
                apply(&mut board, event);
            }
            for _ in 0..24 {
                (0..24).for_each(|number| apply(&mut board, Event::Ended(key(number))));
            }
            assert!(board.is_idle());
        }
    }
}
