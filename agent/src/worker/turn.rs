//! One state run at a time on a host, whoever starts it: the daemon's workers and `agent apply --local` take turns.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;

/// The right to run states, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for the right. `who` is what others are told they wait for; `waiting` is told for whom this one waits. A caller
    /// that may not write to the state folder has no turn to take, and none is waited for.
    pub fn take(state_dir: &Path, who: &str, waiting: impl FnOnce(&str)) -> Option<Self> {
        let mut options = std::fs::OpenOptions::new();
        let path = state_dir.join("state-run.lock");
        let mut file = options.create(true).truncate(false).read(true).write(true).open(&path).ok()?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut other = String::new();
                let _ = file.read_to_string(&mut other);
                waiting(other.trim());
                file.lock().ok()?;
            }
            Err(TryLockError::Error(_)) => return None,
        }
        let line = format!("{who} (process {})\n", std::process::id());
        let _ = file.set_len(0);
        let _ = std::io::Seek::rewind(&mut file).and_then(|()| file.write_all(line.as_bytes()));
        Some(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Turn::take(folder.path(), "job 1", |_| panic!("nobody is there")).unwrap();
        let (told, waits) = std::sync::mpsc::channel();
        let second = std::thread::scope(|scope| {
            let second = scope
                .spawn(|| Turn::take(folder.path(), "job 2", |other| told.send(other.to_owned()).unwrap()));
            let other = waits.recv().unwrap();
            assert!(other.starts_with("job 1 (process "), "{other}");
            drop(first);
            second.join().unwrap()
        });
        assert!(second.is_some());
        assert!(Turn::take(Path::new("/nonexistent"), "x", |_| ()).is_none());
    }
}
