//! Progress: the worker appends frames to a file, and whoever wants to know reads on from where it was. A daemon that was
//! restarted reads from the beginning.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use common::message::Progress;
use common::transport::frame;

/// How much is read at once.
const READ_LIMIT: u64 = 1 << 20;

/// The worker's end.
#[derive(Debug)]
pub struct ProgressWriter {
    file: Option<File>,
}

/// The reader's end.
#[derive(Debug)]
pub struct ProgressReader {
    path: PathBuf,
    offset: u64,
}

impl ProgressWriter {
    /// Begins in a phase's folder. Progress is a courtesy: when it can't be written, the job goes on without.
    #[must_use]
    pub fn create(folder: &Path) -> Self {
        let file = File::create(folder.join("progress"));
        Self { file: file.inspect_err(|error| tracing::warn!(%error, "no progress is shown")).ok() }
    }

    /// Adds a step.
    pub fn write(&mut self, progress: &Progress) {
        let Some(file) = &mut self.file else { return };
        let written = frame::encode(progress).is_ok_and(|bytes| file.write_all(&bytes).is_ok());
        if !written {
            self.file = None;
        }
    }
}

impl ProgressReader {
    /// Reads from the beginning.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("progress"), offset: 0 }
    }

    /// The steps since the last call. A step that is still being written comes with the next call.
    pub fn read(&mut self) -> Vec<Progress> {
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.offset))?;
            file.take(READ_LIMIT).read_to_end(&mut bytes)
        });
        if read.is_err() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            let Some((body, after)) = after.split_at_checked(length) else { break };
            steps.extend(frame::decode(body).ok());
            rest = after;
        }
        self.offset += (bytes.len() - rest.len()) as u64;
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_on_and_waits_for_whole_frames() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = ProgressReader::new(folder.path());
        assert_eq!(reader.read(), []);
        let step = |done| Progress {
            done,
            total: 9,
            id: "a".into(),
            function: "test.nop".into(),
            result: Some(true),
            changed: false,
        };
        let mut writer = ProgressWriter::create(folder.path());
        writer.write(&step(1));
        assert_eq!(reader.read(), [step(1)]);
        let half = frame::encode(&step(2)).unwrap();
        let (first, second) = half.split_at(7);
        writer.file.as_mut().unwrap().write_all(first).unwrap();
        assert_eq!(reader.read(), []);
        writer.file.as_mut().unwrap().write_all(second).unwrap();
        writer.write(&step(3));
        assert_eq!(reader.read(), [step(2), step(3)]);
    }
}
