//! A run's progress as messages.

use common::message::Progress;
use states::engine::{Entry, Observer};

/// Turns the end of each state into a [`Progress`].
pub struct Observing<F: FnMut(&Progress)> {
    done: u32,
    total: u32,
    tell: F,
}

impl<F: FnMut(&Progress)> Observing<F> {
    /// Observes a run of `total` states.
    pub fn new(total: usize, tell: F) -> Self {
        Self { done: 0, total: u32::try_from(total).unwrap_or(u32::MAX), tell }
    }
}

impl<F: FnMut(&Progress)> Observer for Observing<F> {
    fn finished(&mut self, entry: &Entry) {
        self.done += 1;
        let progress = Progress {
            done: self.done,
            // Listeners come on top of the plan.
            total: self.total.max(self.done),
            id: entry.id.clone(),
            function: function_of(&entry.tag),
            result: entry.result,
            changed: !entry.changes.is_empty(),
        };
        (self.tell)(&progress);
    }
}

/// `file.managed` of `file_|-id_|-name_|-managed`.
fn function_of(tag: &str) -> String {
    let module = tag.split("_|-").next().unwrap_or_default();
    let function = tag.rsplit("_|-").next().unwrap_or_default();
    format!("{module}.{function}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_function_from_the_tag() {
        assert_eq!(function_of("file_|-a_|-b_|-managed"), "file.managed");
    }
}
