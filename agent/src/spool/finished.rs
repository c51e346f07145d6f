//! The latest finished jobs, a line each, so that none is run twice.

use std::io::Write as _;
use std::path::Path;

use common::identity::write_private;

use super::{SpoolError, failed};
use crate::jobs::{FINISHED_LIMIT, Key};

/// How long the file may get before older jobs are dropped from it: some nine thousand lines.
const SIZE_LIMIT: u64 = 256 << 10;

/// Adds a job. It is on the disk when this returns.
pub(super) fn append(folder: &Path, key: &Key) -> Result<(), SpoolError> {
    let path = folder.join("finished");
    let mut options = std::fs::OpenOptions::new();
    let written = options.create(true).append(true).open(&path).and_then(|mut file| {
        file.write_all(format!("{key}\n").as_bytes())?;
        file.sync_data()?;
        file.metadata()
    });
    if written.map_err(|error| failed(&path, &error))?.len() > SIZE_LIMIT {
        read(folder)?;
    }
    Ok(())
}

/// The jobs, the oldest first, at most [`FINISHED_LIMIT`]. Older ones are dropped from the file.
pub(super) fn read(folder: &Path) -> Result<Vec<Key>, SpoolError> {
    let path = folder.join("finished");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&path, &error)),
    };
    // A power cut may leave half a line, which names no job.
    let mut keys: Vec<_> = text.lines().filter_map(Key::parse).collect();
    if keys.len() > FINISHED_LIMIT {
        keys.drain(..keys.len() - FINISHED_LIMIT);
        let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
        write_private(&path, lines.as_bytes()).map_err(|error| failed(&path, &error))?;
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::Phase;

    #[test]
    fn is_bounded_and_survives_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let lines: String = (0..3000).map(|number| format!("{number:020}/run\n")).collect();
        std::fs::write(folder.path().join("finished"), lines + "000000").unwrap();
        let keys = read(folder.path()).unwrap();
        assert_eq!(keys.len(), FINISHED_LIMIT);
        assert_eq!(keys[FINISHED_LIMIT - 1].jid.as_str(), "00000000000000002999");
        append(folder.path(), &keys[0]).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), FINISHED_LIMIT);
    }

    #[test]
    fn the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("finished");
        let lines: String = (0..20_000).map(|number| format!("{number:020}/run\n")).collect();
        std::fs::write(&path, lines).unwrap();
        append(folder.path(), &Key { jid: "9".repeat(20).parse().unwrap(), phase: Phase::Run }).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), FINISHED_LIMIT);
        assert!(text.ends_with("99999/run\n"));
    }
}
