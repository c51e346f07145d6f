//! `parallel: True`: states that run beside the others, each on a thread of its own.
//!
//! Such a state is entered as started and the run goes on; whoever has it as a requisite waits for it, and so does the end
//! of the run. As in Salt it works on a copy of what states of a run leave for each other.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use common::value::{Map, Value, get};

use super::call::{Numbers, skipped};
use super::report::Entry;
use super::run::in_turn;
use crate::compile::Chunk;
use crate::context::Context;

/// The most states that run beside each other, unless `state_max_parallel` says fewer.
const MOST: usize = 64;

/// The states that are running beside the one whose turn it is.
pub(super) struct Flights {
    context: Arc<Context>,
    /// Their entries as they were entered.
    open: HashMap<usize, Entry>,
    most: usize,
    sender: Sender<Landed>,
    receiver: Receiver<Landed>,
}

/// A state that has ended.
struct Landed {
    index: usize,
    entry: Entry,
    /// What it left for later states.
    context: Arc<Context>,
}

/// Whether a state is to run beside the others. One with a `umask` runs in its turn: the mask is that of the process.
pub(super) fn is_asked(chunk: &Chunk) -> bool {
    get(&chunk.arguments, "parallel").is_some_and(Value::is_true) && get(&chunk.arguments, "umask").is_none()
}

impl Flights {
    pub(super) fn new(context: &Arc<Context>) -> Self {
        let (sender, receiver) = channel();
        let asked = get(&context.opts, "state_max_parallel").and_then(Value::as_int);
        let most = asked.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
        Self {
            context: Arc::clone(context),
            open: HashMap::new(),
            most: most.unwrap_or(MOST).min(MOST),
            sender,
            receiver,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.open.len() >= self.most
    }

    pub(super) fn is_open(&self, index: usize) -> bool {
        self.open.contains_key(&index)
    }

    pub(super) fn any_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Starts a state. The entry says that it was started; what came of it is told by [`Self::land`].
    pub(super) fn start(
        &mut self,
        index: usize,
        chunk: &Chunk,
        changed: Option<Vec<String>>,
        run_num: u32,
    ) -> Entry {
        let mut entry = skipped(chunk, None, "Started in a separate process", run_num);
        entry.extra = Map::new();
        let failed = Entry {
            result: Some(false),
            comment: "Parallel process failed to return".into(),
            ..entry.clone()
        };
        let (chunk, context) = (chunk.clone(), self.context.within_run(|_| {}));
        let sender = self.sender.clone();
        let work = move || {
            let run = || in_turn(&chunk, changed.as_deref(), &context, &mut Numbers::default());
            let entry = catch_unwind(AssertUnwindSafe(run)).unwrap_or(failed);
            // Nobody listens any more when the run itself has died.
            let _ = sender.send(Landed { index, entry: Entry { run_num, ..entry }, context });
        };
        match thread::Builder::new().name(format!("state {index}")).spawn(work) {
            Ok(_) => {
                self.open.insert(index, entry.clone());
                entry
            }
            Err(error) => Entry {
                result: Some(false),
                comment: format!("no thread for a parallel state: {error}"),
                ..entry
            },
        }
    }

    /// Waits for one of them to end. `None` when there is none.
    pub(super) fn land(&mut self) -> Option<(usize, Entry)> {
        if self.open.is_empty() {
            return None;
        }
        let Landed { index, entry, context } = self.receiver.recv().ok()?;
        self.open.remove(&index);
        self.context.run.absorb(&context.run);
        Some((index, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{CHANGES, FAILS, NOP, brief, entry, execute, ids, of, plan, state};
    use super::super::{Silent, run};
    use super::*;
    use crate::testing::{Book, Tree, context, output};

    #[test]
    fn parallel_states_run_beside_each_other_and_who_needs_them_waits() {
        // Each of two commands waits for the other to have begun: one after the other they would never end.
        let barrier = Arc::new(std::sync::Barrier::new(2));
        let book = Book::new(move |line| {
            if line.contains("meet") {
                barrier.wait();
            }
            output(0, "")
        });
        let context = context(Tree::new(&[]), Arc::new(book), Map::new(), false);
        let chunks = vec![
            state("a cmd.run meet1").with("parallel", true),
            state("b cmd.run meet2").with("parallel", true),
            of("c", NOP).needs("require", &[0]).needs("watch", &[1]),
            of("guarded", NOP).with("parallel", true).with("creates", "/"),
        ];
        let report = run(&plan(chunks), &context, &mut Silent);
        assert!(report.succeeded(), "{:?}", brief(&report));
        assert_eq!(ids(&report), ["a", "b", "c", "guarded"]);
        assert_eq!(report.entries.iter().map(|entry| entry.run_num).collect::<Vec<_>>(), [0, 1, 3, 4]);
        assert_eq!(get(&entry(&report, "a").extra, "__parallel__"), Some(&true.into()));
        assert_eq!(entry(&report, "c").comment, "Watch statement fired.", "it saw the changes of b");
        assert_eq!(get(&entry(&report, "guarded").extra, "__parallel__"), None, "it was not started");
    }

    #[test]
    fn a_parallel_state_fires_its_watch_after_itself_and_failhard_waits_for_it() {
        let chunks = vec![
            of("t", CHANGES),
            of("w", NOP).needs("watch", &[0]).with("parallel", true),
            of("bad", FAILS).with("failhard", true),
            of("never", NOP),
        ];
        let report = execute(chunks, false);
        assert_eq!(ids(&report), ["t", "w", "bad"]);
        assert_eq!(entry(&report, "w").comment, "Watch statement fired.");
    }

    #[test]
    fn a_parallel_state_is_tried_as_often_as_was_asked_for() {
        let book = Arc::new(Book::new(|_| output(1, "")));
        let context = context(Tree::new(&[]), book.clone(), Map::new(), false);
        let retry = common::value::map([("attempts", Value::Int(3)), ("interval", Value::Int(0))]);
        let chunks = vec![state("a cmd.run no").with("parallel", true).with("retry", Value::from(retry))];
        let report = run(&plan(chunks), &context, &mut Silent);
        assert!(!report.succeeded());
        assert_eq!(book.lines.lock().unwrap().iter().filter(|line| line.contains("no")).count(), 3);
    }

    #[test]
    fn a_bug_in_a_parallel_state_fails_that_state() {
        let book = Book::new(|line| if line == "boom" { panic!("boom") } else { output(0, "") });
        let context = context(Tree::new(&[]), Arc::new(book), Map::new(), false);
        let chunks =
            vec![state("a cmd.run boom").with("parallel", true), of("b", NOP).needs("require", &[0])];
        let report = run(&plan(chunks), &context, &mut Silent);
        assert_eq!(entry(&report, "a").result, Some(false));
        assert_eq!(entry(&report, "b").comment, "One or more requisite failed: s.a");
    }
}
