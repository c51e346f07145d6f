//! How many values one message may hold: a value takes some eighty bytes of memory, but may be one byte on the wire.

use std::cell::Cell;

thread_local! {
    /// How many more values may be read; `None` where nothing is counted.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Puts back what was allowed before, also when reading panics.
struct Outer(Option<usize>);

impl Drop for Outer {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

/// Runs `read`, in which at most `limit` values can be read on this thread.
pub(crate) fn within<T>(limit: usize, read: impl FnOnce() -> T) -> T {
    let _outer = Outer(LEFT.replace(Some(limit)));
    read()
}

/// Counts a value that is about to be read.
pub(super) fn spend<E: serde::de::Error>() -> Result<(), E> {
    match LEFT.get() {
        None => Ok(()),
        Some(0) => Err(E::custom("too many values")),
        Some(left) => {
            LEFT.set(Some(left - 1));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    fn read(count: usize) -> bool {
        serde_json::from_str::<Value>(&format!("[{}]", vec!["null"; count].join(","))).is_ok()
    }

    #[test]
    fn counts_only_where_it_is_asked_to() {
        // The list is a value too.
        assert!(within(4, || read(3)));
        assert!(!within(4, || read(4)));
        assert!(read(100));
    }

    #[test]
    fn what_is_read_within_counts_for_itself() {
        within(4, || {
            assert!(!within(1, || read(1)));
            assert!(read(3));
            assert!(!read(0));
        });
    }
}
