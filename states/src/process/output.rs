//! Reads what a process writes, so that it never waits for us, and keeps a bounded part.

use std::io::{self, Read, Write as _};
use std::sync::mpsc::SyncSender;
use std::thread;

use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::OUTPUT_LIMIT;

/// Which of a process's two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// What happens to a process while it runs.
pub(super) enum Event {
    /// It wrote something.
    Wrote(Stream, Vec<u8>),
    /// It, and whatever else had the stream, closed it.
    Closed,
    /// It has ended, and waits to be reaped.
    Ended,
}

/// Reads a stream to its end.
///
/// When nobody listens any more (a background process has kept the stream open after the command had ended), it goes on
/// reading and drops what comes, so that the background process is not killed by a broken pipe in the middle of a run.
pub(super) fn follow(
    stream: Stream,
    mut source: impl Read + Send + 'static,
    events: SyncSender<Event>,
) -> io::Result<()> {
    thread::Builder::new().name("output".into()).spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        let mut heard = true;
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) if heard => {
                    heard = events.send(Event::Wrote(stream, buffer[..length].into())).is_ok();
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // Whoever has stopped listening does not need to know.
        let _ = events.send(Event::Closed);
    })?;
    Ok(())
}

/// Writes what the process is to read; a process that does not read it all is no error.
pub(super) fn feed(mut sink: std::process::ChildStdin, bytes: Vec<u8>) -> io::Result<()> {
    thread::Builder::new().name("input".into()).spawn(move || {
        let _ = sink.write_all(&bytes);
    })?;
    Ok(())
}

/// Tells when the process has ended, without reaping it: until it is reaped, its number cannot become another's, so that
/// killing its group is safe.
pub(super) fn await_end(pid: u32, events: SyncSender<Event>) -> io::Result<()> {
    let pid = Pid::from_raw(pid.cast_signed());
    thread::Builder::new().name("wait".into()).spawn(move || {
        while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(nix::Error::EINTR) {}
        let _ = events.send(Event::Ended);
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
