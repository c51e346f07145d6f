//! `ps.*`: processes and memory. What kills a process is not here: a template must not.

use std::path::PathBuf;
use std::sync::Arc;

use common::regex::{Flags, Subject, compile};
use common::value::{Map, Value, map};
use nix::sys::statvfs::statvfs;

use super::lookup::required;
use super::registry::{Arguments, Function, FunctionError};
use super::status::{bytes, moment, proc};
use crate::context::Context;

type Answer = Result<Value, FunctionError>;

/// How many ticks the kernel counts in a second.
const TICKS: f64 = 100.0;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "ps.pgrep",
        doc: "The numbers of the processes whose name has a text, or None.\n\n\
              pattern: the text\n\
              user: only of this one\n\
              full: whether to look at the whole command line\n\
              pattern_is_regex: whether it is a regular expression",
        parameters: &["pattern", "user", "full", "pattern_is_regex"],
        run: pgrep,
    },
    Function {
        name: "ps.get_pid_list",
        doc: "The numbers of all processes.",
        parameters: &[],
        run: |context, _| Ok(Value::List(pids(context).into_iter().map(Value::Int).collect())),
    },
    Function {
        name: "ps.proc_info",
        doc: "What is known of a process: pid, ppid, name, exe, cmdline, cwd, status, username, num_threads, create_time.\n\n\
              pid: its number\nattrs: a list of these names",
        parameters: &["pid", "attrs"],
        run: proc_info,
    },
    Function {
        name: "ps.psaux",
        doc: "The lines of `ps aux` that fit a regular expression.\n\nname: the expression",
        parameters: &["name"],
        run: psaux,
    },
    Function {
        name: "ps.num_cpus",
        doc: "How many processors the host has.",
        parameters: &[],
        run: |context, _| {
            let text = proc(context, "cpuinfo");
            let count = text.lines().filter(|line| line.starts_with("processor")).count();
            Ok(i64::try_from(count).unwrap_or(0).into())
        },
    },
    Function {
        name: "ps.boot_time",
        doc: "When the host was booted, in seconds since 1970.\n\ntime_format: returns it as text, as strftime takes it",
        parameters: &["time_format"],
        run: |context, arguments| {
            let seconds = boot_time(context);
            match arguments.get(0, "time_format").filter(|format| format.is_true()) {
                None => Ok(seconds.into()),
                Some(format) => {
                    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
                    let local = time.to_zoned(jiff::tz::TimeZone::system());
                    Ok(moment(&format.to_string(), "ps.boot_time", &local)?.into())
                }
            }
        },
    },
    Function {
        name: "ps.virtual_memory",
        doc: "Memory, in bytes: total, available, percent, used, free, active, inactive, buffers, cached, shared, slab.",
        parameters: &[],
        run: |context, _| Ok(virtual_memory(context).into()),
    },
    Function {
        name: "ps.total_physical_memory",
        doc: "How many bytes of memory the host has.",
        parameters: &[],
        run: |context, _| Ok(memory(context, "MemTotal").into()),
    },
    Function {
        name: "ps.swap_memory",
        doc: "Swap, in bytes: total, used, free, percent, and what went in and out since boot.",
        parameters: &[],
        run: |context, _| {
            let (total, free) = (memory(context, "SwapTotal"), memory(context, "SwapFree"));
            let counters = proc(context, "vmstat");
            let pages = |name: &str| {
                let line = counters.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
                line.and_then(|count| count.trim().parse::<i64>().ok()).unwrap_or(0).saturating_mul(4096)
            };
            Ok(map([
                ("total", total.into()),
                ("used", (total - free).into()),
                ("free", free.into()),
                ("percent", percent(total - free, total)),
                ("sin", pages("pswpin").into()),
                ("sout", pages("pswpout").into()),
            ])
            .into())
        },
    },
    Function {
        name: "ps.disk_usage",
        doc: "The usage of a file system, in bytes.\n\npath: a path in it",
        parameters: &["path"],
        run: |context, arguments| {
            let path = required(arguments, 0, "path", "ps.disk_usage")?;
            let found = statvfs(&context.run.host_path(&path)).map_err(|error| FunctionError::Arguments {
                name: "ps.disk_usage".into(),
                reason: format!("[Errno {}] {}: '{path}'", error as i32, error.desc()),
            })?;
            let size = found.fragment_size();
            let used = found.blocks().saturating_sub(found.blocks_free());
            let seen = used.saturating_add(found.blocks_available());
            let share = percent(i64::try_from(used).unwrap_or(0), i64::try_from(seen).unwrap_or(0));
            Ok(map([
                ("total", bytes(found.blocks(), size)),
                ("used", bytes(used, size)),
                ("free", bytes(found.blocks_available(), size)),
                ("percent", share),
            ])
            .into())
        },
    },
    Function {
        name: "ps.cpu_times",
        doc: "How many seconds the processors have spent on what.\n\nper_cpu: a list, one for each",
        parameters: &["per_cpu"],
        run: |context, arguments| {
            let text = proc(context, "stat");
            let each = arguments.get(0, "per_cpu").is_some_and(Value::is_true);
            let mut rows = text.lines().filter(|line| line.starts_with("cpu"));
            let all = rows.next().map(cpu_times).unwrap_or_default();
            Ok(if each { Value::List(rows.map(|line| cpu_times(line).into()).collect()) } else { all.into() })
        },
    },
];

fn failed(function: &str, reason: String) -> FunctionError {
    FunctionError::Failed { name: function.into(), reason }
}

/// A share in percent, with one digit behind the point.
fn percent(part: i64, whole: i64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = if whole > 0 { part as f64 / whole as f64 * 100.0 } else { 0.0 };
    Value::Float((share * 10.0).round() / 10.0)
}

/// A line of the kernel's `meminfo`, in bytes.
fn memory(context: &Context, name: &str) -> i64 {
    let text = proc(context, "meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse::<i64>().ok());
    number.unwrap_or(0).saturating_mul(1024)
}

fn virtual_memory(context: &Context) -> Map {
    let of = |name: &str| memory(context, name);
    let (total, available) = (of("MemTotal"), of("MemAvailable"));
    map([
        ("total", total.into()),
        ("available", available.into()),
        ("percent", percent(total - available, total)),
        ("used", (total - available).into()),
        ("free", of("MemFree").into()),
        ("active", of("Active").into()),
        ("inactive", of("Inactive").into()),
        ("buffers", of("Buffers").into()),
        ("cached", (of("Cached") + of("SReclaimable")).into()),
        ("shared", of("Shmem").into()),
        ("slab", of("Slab").into()),
    ])
}

fn boot_time(context: &Context) -> i64 {
    let text = proc(context, "stat");
    let line = text.lines().find_map(|line| line.strip_prefix("btime "));
    line.and_then(|seconds| seconds.trim().parse().ok()).unwrap_or(0)
}

fn cpu_times(line: &str) -> Map {
    let names =
        ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"];
    let counts = line.split_whitespace().skip(1).map(|count| count.parse::<f64>().unwrap_or(0.0) / TICKS);
    names.into_iter().map(Value::from).zip(counts.map(Value::Float)).collect()
}

/// The processes, by their numbers.
fn pids(context: &Context) -> Vec<i64> {
    let folders = std::fs::read_dir(context.run.host_path("/proc")).into_iter().flatten().flatten();
    let mut pids: Vec<i64> = folders.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}

/// One process, as far as it may be looked at.
struct Process {
    folder: PathBuf,
    pid: i64,
}

impl Process {
    fn new(context: &Context, pid: i64) -> Self {
        Self { folder: context.run.host_path(&format!("/proc/{pid}")), pid }
    }

    fn words(&self) -> Vec<String> {
        let text = std::fs::read(self.folder.join("cmdline")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let text = text.strip_suffix('\0').unwrap_or(&text);
        if text.is_empty() { Vec::new() } else { text.split('\0').map(Into::into).collect() }
    }

    /// The name, which the kernel cuts after 15 bytes: the command line has the rest.
    fn name(&self) -> String {
        let name = std::fs::read_to_string(self.folder.join("comm")).unwrap_or_default();
        let name = name.trim_end_matches('\n').to_owned();
        if name.len() < 15 {
            return name;
        }
        let first = self.words().into_iter().next().unwrap_or_default();
        let whole = first.rsplit('/').next().unwrap_or_default();
        if whole.starts_with(&name) { whole.into() } else { name }
    }

    /// A line of `status`.
    fn status(&self, name: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join("status")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|value| value.trim().to_owned())
    }

    fn user(&self) -> Option<String> {
        let uid: u32 = self.status("Uid")?.split_whitespace().next()?.parse().ok()?;
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)).ok().flatten();
        Some(user.map_or_else(|| uid.to_string(), |user| user.name))
    }

    fn link(&self, name: &str) -> Value {
        std::fs::read_link(self.folder.join(name))
            .map_or(Value::Null, |path| path.to_string_lossy().into_owned().into())
    }

    fn attribute(&self, name: &str, boot_time: i64) -> Option<Value> {
        Some(match name {
            "pid" => self.pid.into(),
            "ppid" => self.status("PPid").and_then(|pid| pid.parse::<i64>().ok()).unwrap_or(0).into(),
            "name" => self.name().into(),
            "exe" => self.link("exe"),
            "cmdline" => self.words().into(),
            "cwd" => self.link("cwd"),
            "status" => {
                let state = self.status("State").unwrap_or_default();
                let letter = state.chars().next();
                match letter {
                    Some('R') => "running",
                    Some('S') => "sleeping",
                    Some('D') => "disk-sleep",
                    Some('T') => "stopped",
                    Some('t') => "tracing-stop",
                    Some('Z') => "zombie",
                    Some('X' | 'x') => "dead",
                    Some('I') => "idle",
                    _ => "?",
                }
                .into()
            }
            "username" => self.user().into(),
            "num_threads" => self.status("Threads").and_then(|count| count.parse::<i64>().ok()).into(),
            "create_time" => {
                let text = std::fs::read_to_string(self.folder.join("stat")).unwrap_or_default();
                // The name stands in brackets and may hold blanks.
                let rest = text.rsplit_once(')').map_or("", |(_, rest)| rest);
                let ticks = rest.split_whitespace().nth(19).and_then(|ticks| ticks.parse::<f64>().ok());
                #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit")]
                let boot = boot_time as f64;
                Value::Float(boot + ticks.unwrap_or(0.0) / TICKS)
            }
            _ => return None,
        })
    }
}

fn pgrep(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let pattern = required(arguments, 0, "pattern", "ps.pgrep")?;
    let user = arguments.get(1, "user").filter(|user| !user.is_null()).map(ToString::to_string);
    let full = arguments.get(2, "full").is_some_and(Value::is_true);
    let regex = match arguments.get(3, "pattern_is_regex").is_some_and(Value::is_true) {
        true => Some(
            compile(&pattern, Flags::default(), Subject::Text)
                .map_err(|error| failed("ps.pgrep", error.to_string()))?,
        ),
        false => None,
    };
    let mut found = Vec::new();
    for pid in pids(context) {
        let process = Process::new(context, pid);
        let text = if full { process.words().join(" ") } else { process.name() };
        let fits = match &regex {
            Some(regex) => regex.is_match(&text).map_err(|error| failed("ps.pgrep", error.to_string()))?,
            None => text.contains(&pattern),
        };
        if fits && user.as_ref().is_none_or(|user| process.user().as_ref() == Some(user)) {
            found.push(Value::Int(pid));
        }
    }
    Ok(if found.is_empty() { Value::Null } else { Value::List(found) })
}

fn proc_info(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    const NAMES: &[&str] =
        &["pid", "ppid", "name", "exe", "cmdline", "cwd", "status", "username", "num_threads", "create_time"];
    let pid = required(arguments, 0, "pid", "ps.proc_info")?;
    let pid: i64 =
        pid.parse().map_err(|_| failed("ps.proc_info", format!("'{pid}' is not the number of a process")))?;
    let process = Process::new(context, pid);
    if !process.folder.exists() {
        return Err(failed("ps.proc_info", format!("process PID not found (pid={pid})")));
    }
    let wanted: Vec<String> = match arguments.get(1, "attrs") {
        Some(Value::List(names)) => names.iter().map(ToString::to_string).collect(),
        _ => NAMES.iter().map(ToString::to_string).collect(),
    };
    let boot = boot_time(context);
    let mut shown = Map::new();
    for name in wanted {
        let value = process.attribute(&name, boot).ok_or_else(|| {
            failed(
                "ps.proc_info",
                format!("'{name}' of a process is not known here; {} are", NAMES.join(", ")),
            )
        })?;
        shown.insert(name.into(), value);
    }
    Ok(shown.into())
}

fn psaux(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let name = required(arguments, 0, "name", "ps.psaux")?;
    let regex = compile(&name, Flags::default(), Subject::Text)
        .map_err(|error| failed("ps.psaux", error.to_string()))?;
    let mut lines = Vec::new();
    for line in super::status::run(context, "ps aux")?.lines() {
        if regex.is_match(line).map_err(|error| failed("ps.psaux", error.to_string()))? {
            lines.push(Value::from(line));
        }
    }
    let count = format!("{} occurrence(s).", lines.len());
    Ok(Value::List(vec![name.into(), Value::List(lines), count.into()]))
}
