//! A standing worker: `agent work --standing SPOOL`, which performs one command after the other.
//!
//! Starting a program of this size costs a processor some 2.5 ms (the loader, thirty thousand relocations and the pages they
//! touch), as much as five small commands. A worker that has run a command and has nothing left of it may run the next. It reads
//! `JID/PHASE` from its standard input, a line for each, and answers `done`; at the end of its input it ends. Whatever else a job
//! does has a worker of its own.

use std::io::{self, BufRead as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::process::{Fate, lead_session, work};
use crate::jobs::Key;
use crate::spool::{Assignment, SpoolError, phase_folder, read_assignment};

/// What a standing worker says when a job has ended.
pub(crate) const DONE: &str = "done";

/// The most resident memory that a worker may have and go on, in pages, of 4 KiB mostly: a long output is given back by ending.
const MEMORY: u64 = (32 << 20) / 4096;

/// Performs the jobs whose keys come in, until there are no more or this process is not as it was. `begin` is told of the first.
///
/// # Errors
/// When a job's folder can't be read or written.
pub fn stand(spool: &Path, begin: impl FnOnce(&Assignment)) -> Result<(), SpoolError> {
    lead_session();
    let mut begin = Some(begin);
    for line in io::stdin().lock().lines() {
        // Whoever says something else is not the daemon of this release.
        let Some(key) = line.ok().as_deref().and_then(Key::parse) else { break };
        let folder = phase_folder(spool, &key);
        let assignment = read_assignment(&folder)?;
        if let Some(begin) = begin.take() {
            begin(&assignment);
        }
        if work(&folder, &assignment)? == Fate::End || !is_as_it_was() {
            break;
        }
        if writeln!(io::stdout(), "{DONE}").is_err() {
            break;
        }
    }
    Ok(())
}

/// Whether nothing is left of the job before: no thread that still reads for a process in the background, no memory.
fn is_as_it_was() -> bool {
    threads().is_ok_and(|threads| threads == 1) && resident().is_some_and(|pages| pages <= MEMORY)
}

/// How many threads this process has: its folder of them has one link for each, besides its own two.
fn threads() -> io::Result<u64> {
    Ok(std::fs::metadata("/proc/self/task")?.nlink().saturating_sub(2))
}

/// The resident memory of this process, in pages.
fn resident() -> Option<u64> {
    // The whole, what is resident, and more.
    let sizes = std::fs::read_to_string("/proc/self/statm").ok()?;
    sizes.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_is_left_over() {
        assert!((256..MEMORY).contains(&resident().unwrap()));
        let before = threads().unwrap();
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || wait.recv());
        assert_eq!(threads().unwrap(), before + 1);
        assert!(!is_as_it_was());
        drop(end);
        assert!(thread.join().unwrap().is_err());
    }
}
