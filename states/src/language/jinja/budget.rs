//! What one rendering may take: steps, memory for the values it makes, depth, and stack.
//!
//! A rendering and those that its functions begin share one account, kept by thread, since a rendering stays on its thread.
//! What walks through values (printing, comparing) cannot fail in the middle: past a bound it stops where it is, and the
//! rendering ends at the next check, at the latest in the same expression.

use std::cell::Cell;

use minijinja::{Error, ErrorKind, Value};

use super::run::exception;
use super::values::{DEPTH_LIMIT, Dict, List};

/// How many steps a rendering may take: it ends a loop that would not. They take some seconds; the tests are built without
/// optimization, and have less.
const STEP_LIMIT: u64 = if cfg!(test) { 2_000_000 } else { 50_000_000 };

/// How many bytes of values a rendering may make, whether it keeps them or not.
const MEMORY_LIMIT: usize = if cfg!(test) { 64 << 20 } else { 512 << 20 };

/// How many templates may be rendered inside each other, by functions that render.
const NESTING_LIMIT: usize = 8;

/// How much stack there must be for whatever does not ask for more, and how much is asked for.
const STACK_RESERVE: usize = 512 << 10;
const STACK_PIECE: usize = 4 << 20;

/// How many bytes and how many items count as a step where something goes over all of them.
const BYTES_PER_STEP: usize = 256;
const ITEMS_PER_STEP: usize = 16;

/// As how many steps each value counts that something goes into.
const VALUE_STEPS: u64 = 8;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
    static MEMORY: Cell<usize> = const { Cell::new(0) };
    static NESTING: Cell<usize> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static TOO_DEEP: Cell<bool> = const { Cell::new(false) };
}

/// A rendering that is going on.
pub(super) struct Account(());

/// Opens the account of a rendering; of one that is inside another, that of the outermost.
///
/// # Errors
/// When too many are inside each other: how many may be.
pub(super) fn open() -> Result<Account, usize> {
    let nesting = NESTING.get();
    if nesting >= NESTING_LIMIT {
        return Err(NESTING_LIMIT);
    }
    if nesting == 0 {
        STEPS.set(0);
        MEMORY.set(0);
        DEPTH.set(0);
        TOO_DEEP.set(false);
    }
    NESTING.set(nesting + 1);
    Ok(Account(()))
}

impl Drop for Account {
    fn drop(&mut self) {
        NESTING.set(NESTING.get().saturating_sub(1));
    }
}

/// Takes steps.
///
/// # Errors
/// When the account is used up.
pub(super) fn steps(count: u64) -> Result<(), Error> {
    spend(count);
    check()
}

/// Takes as many steps as it takes to go over all of these.
///
/// # Errors
/// When the account is used up.
pub(super) fn go_over(values: &[Value]) -> Result<(), Error> {
    steps(values.iter().map(weight).sum())
}

/// Notes memory that was taken for a value.
pub(super) fn note(bytes: usize) {
    MEMORY.set(MEMORY.get().saturating_add(bytes));
}

/// Whether the account is used up.
///
/// # Errors
/// Which bound was reached.
pub(super) fn check() -> Result<(), Error> {
    if NESTING.get() == 0 {
        return Ok(());
    }
    if TOO_DEEP.get() {
        return Err(exception(format!("lists and dicts are nested more than {DEPTH_LIMIT} deep")));
    }
    if STEPS.get() > STEP_LIMIT {
        return Err(Error::from(ErrorKind::OutOfFuel));
    }
    if MEMORY.get() > MEMORY_LIMIT {
        return Err(exception(format!("the template makes more than {MEMORY_LIMIT} bytes of values")));
    }
    Ok(())
}

/// Goes one level further into a value; past a bound the answer is `past`.
pub(super) fn deeper<T>(past: T, go: impl FnOnce() -> T) -> T {
    let depth = DEPTH.get();
    if depth >= DEPTH_LIMIT {
        TOO_DEEP.set(true);
        return past;
    }
    if !spend(VALUE_STEPS) {
        return past;
    }
    DEPTH.set(depth + 1);
    let answer = with_stack(go);
    DEPTH.set(depth);
    answer
}

/// Runs something that may go deep, on a piece of stack of its own where little is left.
#[inline]
pub(super) fn with_stack<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_RESERVE, STACK_PIECE, run)
}

/// Takes steps if there are any left. Outside of a rendering nobody counts.
fn spend(count: u64) -> bool {
    if NESTING.get() == 0 {
        return true;
    }
    let steps = STEPS.get().saturating_add(count);
    STEPS.set(steps);
    steps <= STEP_LIMIT
}

fn weight(value: &Value) -> u64 {
    let weight = if let Some(text) = value.as_str() {
        text.len() / BYTES_PER_STEP
    } else if let Some(list) = value.downcast_object_ref::<List>() {
        list.lock().len() / ITEMS_PER_STEP
    } else if let Some(dict) = value.downcast_object_ref::<Dict>() {
        dict.lock().len() / ITEMS_PER_STEP
    } else {
        0
    };
    weight as u64
}
