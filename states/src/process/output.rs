//! Reads what a process writes, so that it never waits for us, and keeps a bounded part.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::OUTPUT_LIMIT;

/// How much is read at once: half of what a pipe holds, and less than what makes the allocator tidy up when it is given back.
const BUFFER: usize = 32 << 10;

/// What a process writes, as far as it has been read.
pub(super) struct Streams {
    stdout: Stream,
    stderr: Stream,
    buffer: Vec<u8>,
}

/// One of its streams; without a pipe it has been closed by all who had it.
#[derive(Default)]
struct Stream {
    pipe: Option<File>,
    kept: Kept,
}

impl Streams {
    /// Reads from these pipes.
    pub(super) fn new(stdout: Option<OwnedFd>, stderr: Option<OwnedFd>) -> Self {
        let stream = |pipe: Option<OwnedFd>| Stream { pipe: pipe.map(File::from), kept: Kept::default() };
        Self { stdout: stream(stdout), stderr: stream(stderr), buffer: vec![0; BUFFER] }
    }

    /// Whether somebody may still write.
    pub(super) fn are_open(&self) -> bool {
        self.stdout.pipe.is_some() || self.stderr.pipe.is_some()
    }

    /// Reads what is there, and waits until something is, for this long at most.
    pub(super) fn read(&mut self, at_most: Duration) -> io::Result<()> {
        // Rounded up: the last part of a millisecond is not spent in asking again and again.
        let at_most = PollTimeout::try_from(at_most.as_micros().div_ceil(1000)).unwrap_or(PollTimeout::MAX);
        let streams = [&mut self.stdout, &mut self.stderr];
        let mut asked: Vec<_> = streams
            .iter()
            .filter_map(|stream| Some(PollFd::new(stream.pipe.as_ref()?.as_fd(), PollFlags::POLLIN)))
            .collect();
        match poll(&mut asked, at_most) {
            Ok(0) | Err(Errno::EINTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = asked.iter().map(|asked| asked.any().unwrap_or(true)).collect::<Vec<_>>().into_iter();
        for stream in streams {
            if stream.pipe.is_some() && ready.next() == Some(true) {
                stream.read(&mut self.buffer);
            }
        }
        Ok(())
    }

    /// What was kept of both.
    ///
    /// What is still open (a background process has kept it after the command had ended) is read on and dropped, so that the
    /// background process is not killed by a broken pipe in the middle of a run.
    pub(super) fn finish(self) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let mut kept = [Vec::new(), Vec::new()];
        for (kept, stream) in kept.iter_mut().zip([self.stdout, self.stderr]) {
            if let Some(mut pipe) = stream.pipe {
                thread::Builder::new()
                    .name("output".into())
                    .spawn(move || io::copy(&mut pipe, &mut io::sink()))?;
            }
            *kept = stream.kept.finish();
        }
        let [stdout, stderr] = kept;
        Ok((stdout, stderr))
    }
}

impl Stream {
    /// Reads once.
    fn read(&mut self, buffer: &mut [u8]) {
        let Some(pipe) = &mut self.pipe else { return };
        match pipe.read(buffer) {
            Ok(0) => self.pipe = None,
            Ok(length) => self.kept.add(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.pipe = None,
        }
    }
}

/// Writes what the process is to read; a process that does not read it all is no error.
pub(super) fn feed(mut sink: std::process::ChildStdin, bytes: Vec<u8>) -> io::Result<()> {
    thread::Builder::new().name("input".into()).spawn(move || {
        let _ = sink.write_all(&bytes);
    })?;
    Ok(())
}

/// The kept part of a stream.
#[derive(Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    dropped: usize,
}

/// Room for the note that says how much was dropped.
const NOTE: usize = 80;

impl Kept {
    /// Keeps what fits.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = (OUTPUT_LIMIT - NOTE).saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.dropped += bytes.len() - room;
    }

    /// What was kept, with a note where something was dropped.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.dropped > 0 {
            self.bytes
                .extend(format!("\n[{} more bytes of output were dropped]\n", self.dropped).into_bytes());
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_bounded_part() {
        let mut kept = Kept::default();
        for _ in 0..5 {
            kept.add(&vec![b'x'; 1 << 20]);
        }
        let bytes = kept.finish();
        assert!(bytes.len() <= OUTPUT_LIMIT, "{}", bytes.len());
        assert!(bytes.ends_with(b"more bytes of output were dropped]\n"));
    }
}
