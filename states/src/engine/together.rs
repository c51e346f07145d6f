//! What states of a run do together: packages that are installed in one call, and parallel states that others wait for.

use super::aggregate;
use super::requisite::Verdict;
use super::run::{Mode, Run};
use crate::compile::Chunk;

impl Run<'_> {
    /// The state with the packages of others that may run by now, where it is to take care of them.
    pub(super) fn joined(&mut self, index: usize) -> Option<Chunk> {
        let chunk = &self.plan.chunks[index];
        if !aggregate::is_asked(self.context, chunk) || !self.aggregated.insert(index) {
            return None;
        }
        let waits = |other: usize| {
            let mut targets = self.requisites[other].values().flatten();
            targets.any(|target| !self.turns.contains_key(target) || self.flights.is_open(*target))
        };
        let may_run = |other: &usize| {
            let candidate = &self.plan.chunks[*other];
            self.first[*other] == *other
                && !self.turns.contains_key(other)
                && !self.aggregated.contains(other)
                && aggregate::is_asked(self.context, candidate)
                && aggregate::joins(chunk, candidate)
                && !waits(*other)
                && matches!(self.verdict((*other, Mode::Turn)), Verdict::Run | Verdict::RunWatching)
        };
        let others: Vec<usize> = (0..self.plan.chunks.len()).filter(may_run).collect();
        self.aggregated.extend(others.iter().copied());
        let others = others.iter().map(|other| &self.plan.chunks[*other]);
        (others.len() > 0).then(|| aggregate::joined(chunk, others))
    }

    /// Waits for the targets of a state that are running beside it.
    pub(super) fn land_targets(&mut self, index: usize) {
        let targets: Vec<usize> = self.requisites[index].values().flatten().copied().collect();
        while targets.iter().any(|target| self.flights.is_open(*target)) {
            self.land_one();
        }
    }

    pub(super) fn land_all(&mut self) {
        while self.flights.any_open() {
            self.land_one();
        }
    }

    /// Waits for one of the states that are running beside this one, whichever is first.
    pub(super) fn land_one(&mut self) {
        if let Some((index, entry)) = self.flights.land() {
            self.observer.finished(&entry);
            self.turns.insert(index, entry);
        }
    }
}
