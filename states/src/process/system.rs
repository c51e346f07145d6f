//! The real processes of this machine.

use std::io::{self, PipeReader, pipe};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::identity::Identity;
use super::output::{Streams, feed};
use super::{Command, Output, ProcessError, Processes, Program};

/// How long output is awaited after a command has ended, or was killed, while something that it left in the background
/// still has its output open. Salt waits for that for ever; a service that is started by its script would hang a run.
pub const GRACE: Duration = Duration::from_secs(2);

/// How soon a process is looked at again that has closed its output, and how seldom at last.
const FIRST_LOOK: Duration = Duration::from_micros(50);
const LAST_LOOK: Duration = Duration::from_millis(50);

/// Runs real processes, each in a process group of its own.
///
/// The environment is that of this program with the categories of the locale set to `C` (`LC_ALL` is left alone, as Salt
/// leaves it), and `HOME`, `USER` and `LOGNAME` of the user where one is asked for; the command's own changes come last.
pub struct System;

/// What Salt sets to `C`, because it reads English words.
const LOCALE: [&str; 13] = [
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "LC_COLLATE",
    "LC_MONETARY",
    "LC_MESSAGES",
    "LC_PAPER",
    "LC_NAME",
    "LC_ADDRESS",
    "LC_TELEPHONE",
    "LC_MEASUREMENT",
    "LC_IDENTIFICATION",
    "LANGUAGE",
];

impl Processes for System {
    fn run(&self, command: &Command) -> Result<Output, ProcessError> {
        let identity = Identity::of(command)?;
        let cwd = directory(command, &identity)?;
        let start = |source| ProcessError::Start { command: command.line(), source };
        if let Program::Shell { shell, .. } = &command.program
            && !Path::new(shell).is_file()
        {
            return Err(ProcessError::NoShell(shell.clone()));
        }
        let mut process = program(&command.program).map_err(start)?;
        process.current_dir(cwd).envs(LOCALE.map(|name| (name, "C"))).envs(identity.environment());
        // A child that believed itself to be the service would tell the service manager so.
        process.env_remove("NOTIFY_SOCKET");
        for (name, value) in &command.env {
            match value {
                Some(value) => process.env(name, value),
                None => process.env_remove(name),
            };
        }
        process.stdin(if command.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        process.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let merged = if command.merged { Some(merge(&mut process).map_err(start)?) } else { None };
        identity.apply(&mut process, command.umask).map_err(start)?;
        let mut child = process.spawn().map_err(start)?;
        // It holds our ends of the pipes for writing: while they are open, the output has no end.
        drop(process);
        watch(&mut child, merged, command.stdin.clone(), command.timeout).map_err(|source| {
            kill_group(&child);
            start(source)
        })
    }
}

/// The working directory. Only one that was asked for has to exist.
fn directory(command: &Command, identity: &Identity) -> Result<PathBuf, ProcessError> {
    match &command.cwd {
        Some(cwd) if cwd.is_absolute() && cwd.is_dir() => Ok(cwd.clone()),
        Some(cwd) => Err(ProcessError::NoDirectory(cwd.display().to_string())),
        None => Ok(identity.home().filter(|home| home.is_dir()).unwrap_or_else(|| PathBuf::from("/"))),
    }
}

fn program(program: &Program) -> io::Result<std::process::Command> {
    match program {
        Program::Shell { shell, line } => {
            let mut process = std::process::Command::new(shell);
            process.arg("-c").arg(line);
            Ok(process)
        }
        Program::Direct(words) => {
            let (name, arguments) = words.split_first().ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "the command is empty: name a program")
            })?;
            let mut process = std::process::Command::new(name);
            process.args(arguments);
            Ok(process)
        }
    }
}

/// Gives both streams one pipe.
fn merge(process: &mut std::process::Command) -> io::Result<PipeReader> {
    let (reader, writer) = pipe()?;
    process.stdout(writer.try_clone()?).stderr(writer);
    Ok(reader)
}

/// Follows a process to its end, its output's end (see [`GRACE`]) or the end of its time.
fn watch(
    child: &mut Child,
    merged: Option<PipeReader>,
    stdin: Option<Vec<u8>>,
    timeout: Option<Duration>,
) -> io::Result<Output> {
    let stdout = merged.map(OwnedFd::from).or_else(|| child.stdout.take().map(OwnedFd::from));
    let mut streams = Streams::new(stdout, child.stderr.take().map(OwnedFd::from));
    if let (Some(sink), Some(bytes)) = (child.stdin.take(), stdin) {
        feed(sink, bytes)?;
    }
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut ended = until_ended(child, &mut streams, deadline)?;
    let timed_out = !ended;
    if timed_out {
        kill_group(child);
    }
    let grace = Instant::now() + GRACE;
    if timed_out {
        ended = until_ended(child, &mut streams, Some(grace))?;
    }
    while streams.are_open() && Instant::now() < grace {
        streams.read(grace.saturating_duration_since(Instant::now()))?;
    }
    // One that was killed, and yet is there, hangs in the kernel. Nobody can wait for that.
    let status = if ended { code(child.wait()?) } else { -(Signal::SIGKILL as i32) };
    let (stdout, stderr) = streams.finish()?;
    Ok(Output { pid: child.id(), status, stdout, stderr, timed_out })
}

/// Reads what a process writes until it has ended, which is told, or until the deadline.
///
/// The end of a process makes no sound that every kernel lets be waited for together with its output. Mostly the output ends with
/// it; where that stays open, or has ended before, the process is looked at again and again.
fn until_ended(child: &Child, streams: &mut Streams, deadline: Option<Instant>) -> io::Result<bool> {
    let mut pause = FIRST_LOOK;
    loop {
        if !streams.are_open() && deadline.is_none() {
            return has_ended(child, true);
        }
        if has_ended(child, false)? {
            return Ok(true);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // A stream of output without end must not outrun the clock.
        if left == Some(Duration::ZERO) {
            return Ok(false);
        }
        let at_most = |time: Duration| left.map_or(time, |left| left.min(time));
        if streams.are_open() {
            streams.read(at_most(LAST_LOOK))?;
        } else {
            std::thread::sleep(at_most(pause));
            pause = LAST_LOOK.min(pause * 2);
        }
    }
}

/// Whether a process has ended; with `wait`, once it has. It is not reaped: until then its number cannot become another's, so
/// that killing its group is safe.
fn has_ended(child: &Child, wait: bool) -> io::Result<bool> {
    let how = if wait { WaitPidFlag::empty() } else { WaitPidFlag::WNOHANG };
    loop {
        match waitid(Id::Pid(pid(child)), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | how) {
            Ok(status) => return Ok(status != WaitStatus::StillAlive),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn kill_group(child: &Child) {
    // The group may be gone already, which is what we want.
    let _ = killpg(pid(child), Signal::SIGKILL);
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// The exit status as Python has it: the negative signal number when a signal ended the process.
fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| -signal)).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::OUTPUT_LIMIT;

    fn shell(line: &str) -> Command {
        Command { cwd: Some("/".into()), ..Command::shell(line) }
    }

    #[test]
    fn gives_status_and_both_streams() {
        let output = System.run(&shell("echo out; echo err >&2; exit 3")).unwrap();
        assert_eq!((output.status, output.timed_out), (3, false));
        assert_eq!((output.stdout_text().as_str(), output.stderr_text().as_str()), ("out", "err"));
        assert_eq!(System.run(&shell("kill -TERM $$")).unwrap().status, -15);
    }

    #[test]
    fn merges_the_streams_in_order() {
        let command = Command { merged: true, ..shell("echo 1; echo 2 >&2; echo 3") };
        let output = System.run(&command).unwrap();
        assert_eq!((output.stdout_text().as_str(), output.stderr.len()), ("1\n2\n3", 0));
    }

    #[test]
    fn drains_both_streams_and_keeps_a_bounded_part() {
        let output = System.run(&shell("head -c 6000000 /dev/zero >&2; head -c 6000000 /dev/zero")).unwrap();
        assert_eq!(output.status, 0);
        assert!(output.stdout.len() <= OUTPUT_LIMIT && output.stderr.len() <= OUTPUT_LIMIT);
    }

    #[test]
    fn feeds_more_than_a_pipe_holds() {
        let command = Command { stdin: Some(vec![b'x'; 1 << 20]), ..shell("wc -c") };
        assert_eq!(System.run(&command).unwrap().stdout_text().trim(), "1048576");
        let unread = Command { stdin: Some(vec![b'x'; 1 << 20]), ..shell("true") };
        assert_eq!(System.run(&unread).unwrap().status, 0);
    }

    #[test]
    fn kills_the_whole_group_when_time_is_over() {
        let line = "sleep 60 & echo $!; sleep 60; true";
        let command = Command { timeout: Some(Duration::from_millis(300)), ..shell(line) };
        let output = System.run(&command).unwrap();
        assert_eq!((output.timed_out, output.status), (true, -9));
        // Whether its new parent has reaped it is not our business.
        let stat = format!("/proc/{}/stat", output.stdout_text());
        let gone = || std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
        let limit = Instant::now() + Duration::from_secs(10);
        while !gone() && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(gone(), "the background sleep is killed too");
    }

    #[test]
    fn does_not_wait_for_what_a_command_leaves_behind() {
        let began = Instant::now();
        let output = System.run(&shell("echo started; sleep 30 &")).unwrap();
        assert_eq!((output.status, output.stdout_text().as_str()), (0, "started"));
        assert!(began.elapsed() < Duration::from_secs(20));
        let command = shell("sleep 30 >/dev/null 2>&1 & echo $!");
        let pid: i32 = System.run(&command).unwrap().stdout_text().parse().unwrap();
        assert!(nix::sys::signal::kill(Pid::from_raw(pid), None).is_ok(), "it is left alone");
        nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    }

    #[test]
    fn sets_the_environment_and_the_mask() {
        let env = vec![("A".into(), Some("x y".into())), ("PATH_TO_DROP".into(), None)];
        let command = Command { env, umask: Some(0o027), ..shell("echo $A $LC_MESSAGES $LANGUAGE; umask") };
        assert_eq!(System.run(&command).unwrap().stdout_text(), "x y C C\n0027");
    }

    #[test]
    fn runs_as_another_user_with_that_users_groups() {
        if !nix::unistd::geteuid().is_root() {
            return;
        }
        let line = "id -un; id -gn; id -Gn; echo $HOME $USER $LOGNAME";
        let command = Command { user: Some("nobody".into()), ..shell(line) };
        let text = System.run(&command).unwrap().stdout_text();
        assert_eq!(text, "nobody\nnogroup\nnogroup\n/nonexistent nobody nobody");
        let command =
            Command { user: Some("nobody".into()), group: Some("daemon".into()), ..shell("id -gn") };
        assert_eq!(System.run(&command).unwrap().stdout_text(), "daemon");
        let home = Command { user: Some("nobody".into()), ..Command::shell("pwd") };
        assert_eq!(System.run(&home).unwrap().stdout_text(), "/");
    }

    #[test]
    fn says_what_is_not_there() {
        let error = |command: &Command| System.run(command).unwrap_err().to_string();
        let cwd = Command { cwd: Some("/nowhere".into()), ..Command::shell("true") };
        assert_eq!(error(&cwd), "Desired working directory \"/nowhere\" is not available");
        let user = Command { user: Some("no-such-user".into()), ..shell("true") };
        assert_eq!(error(&user), "User 'no-such-user' is not available");
        let group = Command { group: Some("no-such-group".into()), ..shell("true") };
        assert_eq!(error(&group), "Group 'no-such-group' is not available");
        let program = Command { cwd: Some("/".into()), ..Command::direct(["/nowhere/x", "y"]) };
        assert!(error(&program).starts_with("Unable to run command '/nowhere/x y': No such file"));
        assert!(error(&Command::direct(Vec::<String>::new())).contains("the command is empty"));
    }
}
