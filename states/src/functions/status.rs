//! `status.*`: how busy this host is, as its kernel says.

use std::sync::Arc;

use common::target::fnmatch;
use common::value::{Value, map};
use nix::sys::statvfs::statvfs;

use super::registry::{Arguments, Function, FunctionError, call};
use crate::context::Context;

type Answer = Result<Value, FunctionError>;

pub(super) static FUNCTIONS: &[Function] = &[
    function("status.uptime", "Since when the host is up, and how many users are logged in.", &[], uptime),
    function("status.loadavg", "The load of the last 1, 5 and 15 minutes.", &[], |context, _| {
        let text = proc(context, "loadavg");
        let loads = text.split_whitespace().map(|word| word.parse().unwrap_or(0.0));
        let names = ["1-min", "5-min", "15-min"];
        Ok(Value::Map(
            names.into_iter().zip(loads).map(|(name, load)| (name.into(), Value::Float(load))).collect(),
        ))
    }),
    function(
        "status.meminfo",
        "What the kernel says of memory: value and unit of each line.",
        &[],
        |context, _| Ok(Value::Map(proc(context, "meminfo").lines().filter_map(meminfo_line).collect())),
    ),
    function("status.cpuinfo", "What the kernel says of the last processor.", &[], |context, _| {
        let text = proc(context, "cpuinfo");
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        Ok(Value::Map(lines.map(|(name, value)| cpuinfo_line(name.trim(), value)).collect()))
    }),
    function("status.vmstats", "The kernel's counters of virtual memory.", &[], |context, _| {
        let text = proc(context, "vmstat");
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Ok(Value::Map(lines.map(|(name, value)| (name.into(), number(value))).collect()))
    }),
    function("status.cpustats", "How much time the processors have spent on what.", &[], |context, _| {
        Ok(Value::Map(proc(context, "stat").lines().filter_map(cpustats_line).collect()))
    }),
    function("status.netdev", "The kernel's counters of each network interface.", &[], |context, _| {
        Ok(Value::Map(proc(context, "net/dev").lines().filter_map(netdev_line).collect()))
    }),
    function(
        "status.diskusage",
        "Free and all bytes of file systems.\n\nargs: paths and kinds of file systems, by default all kinds",
        &["args"],
        diskusage,
    ),
    function("status.nproc", "How many processors this process may use.", &[], |_, _| {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(i64::try_from(count).unwrap_or(1).into())
    }),
    function("status.version", "The kernel's release, as it says it itself.", &[], |context, _| {
        Ok(proc(context, "version").trim().into())
    }),
    function("status.procs", "The processes by their number: user and command line.", &[], procs),
    function("status.w", "Who is logged in, and what they do.", &[], |context, _| {
        let lines = run(context, "w -fh")?;
        let rows = lines.lines().filter(|line| !line.trim().is_empty()).map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let word = |at: usize| Value::from(words.get(at).copied().unwrap_or_default());
            Value::Map(map([
                ("idle", word(3)),
                ("jcpu", word(4)),
                ("login", word(2)),
                ("pcpu", word(5)),
                ("tty", word(1)),
                ("user", word(0)),
                ("what", words.get(6..).unwrap_or_default().join(" ").into()),
            ]))
        });
        Ok(Value::List(rows.collect()))
    }),
    function(
        "status.time",
        "The time of this host.\n\nformat: as strftime takes it",
        &["format"],
        |_, arguments| {
            let format = arguments.get(0, "format").map(ToString::to_string);
            let format = format.unwrap_or_else(|| "%A, %d. %B %Y %I:%M%p".into());
            Ok(moment(&format, "status.time", &jiff::Zoned::now())?.into())
        },
    ),
];

const fn function(
    name: &'static str,
    doc: &'static str,
    parameters: &'static [&'static str],
    run: fn(&Arc<Context>, &Arguments) -> Answer,
) -> Function {
    Function { name, doc, parameters, run }
}

/// A point in time as text.
pub(super) fn moment(format: &str, function: &str, time: &jiff::Zoned) -> Result<String, FunctionError> {
    let reason =
        |error: jiff::Error| FunctionError::Arguments { name: function.into(), reason: error.to_string() };
    jiff::fmt::strtime::format(format, time).map_err(reason)
}

/// A file of the kernel's, empty where there is none.
pub(super) fn proc(context: &Context, name: &str) -> String {
    std::fs::read_to_string(context.run.host_path(&format!("/proc/{name}"))).unwrap_or_default()
}

/// What a command prints.
pub(super) fn run(context: &Arc<Context>, line: &str) -> Result<String, FunctionError> {
    let keyword = map([("python_shell", false.into())]);
    let printed = call(context, "cmd.run", &Arguments { positional: vec![line.into()], keyword })?;
    Ok(printed.to_string())
}

fn number(text: &str) -> Value {
    let text = text.trim();
    text.parse::<i64>()
        .map_or_else(|_| text.parse::<f64>().map_or_else(|_| text.into(), Value::Float), Value::Int)
}

fn meminfo_line(line: &str) -> Option<(Value, Value)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.replace(':', "");
    let mut shown = map([("value", words.next()?.into())]);
    if let Some(unit) = words.next() {
        shown.insert("unit".into(), unit.into());
    }
    Some((name.into(), shown.into()))
}

fn cpuinfo_line(name: &str, value: &str) -> (Value, Value) {
    match name {
        "flags" => (name.into(), value.split_whitespace().collect::<Vec<_>>().into()),
        _ => (name.into(), value.split(':').next().unwrap_or_default().trim().into()),
    }
}

fn cpustats_line(line: &str) -> Option<(Value, Value)> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let numbers: Vec<Value> = words.map(number).collect();
    let value = match name {
        "cpu" => {
            let names = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
            let mut times: Vec<_> = names.into_iter().zip(numbers).collect();
            times.sort_by_key(|(name, _)| *name);
            Value::Map(times.into_iter().map(|(name, time)| (name.into(), time)).collect())
        }
        "intr" | "softirq" => {
            let list = if name == "intr" { "irqs" } else { "softirqs" };
            let mut numbers = numbers.into_iter();
            Value::Map(map([("total", numbers.next()?), (list, Value::List(numbers.collect()))]))
        }
        _ => numbers.first().cloned()?,
    };
    Some((name.into(), value))
}

fn netdev_line(line: &str) -> Option<(Value, Value)> {
    const NAMES: [&str; 16] = [
        "rx_bytes",
        "rx_packets",
        "rx_errs",
        "rx_drop",
        "rx_fifo",
        "rx_frame",
        "rx_compressed",
        "rx_multicast",
        "tx_bytes",
        "tx_packets",
        "tx_errs",
        "tx_drop",
        "tx_fifo",
        "tx_colls",
        "tx_carrier",
        "tx_compressed",
    ];
    let (name, counts) = line.split_once(':')?;
    let name = name.trim();
    let counts = counts.split_whitespace().map(number);
    let mut shown: Vec<(&str, Value)> = NAMES.into_iter().zip(counts).collect();
    shown.push(("iface", name.into()));
    shown.sort_by_key(|(name, _)| *name);
    Some((name.into(), Value::Map(shown.into_iter().map(|(name, count)| (name.into(), count)).collect())))
}

fn uptime(context: &Arc<Context>, _: &Arguments) -> Answer {
    let text = proc(context, "uptime");
    let seconds = text.split(['.', ' ']).next().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let now = jiff::Timestamp::now();
    let since = now - jiff::SignedDuration::from_secs(seconds);
    let iso = since.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    let rest = seconds % 86_400;
    let mut up = map([
        ("seconds", seconds.into()),
        ("since_iso", iso.into()),
        ("since_t", since.as_second().into()),
        ("days", (seconds / 86_400).into()),
        ("time", format!("{}:{}", rest / 3600, rest % 3600 / 60).into()),
    ]);
    // Python's split gives one line of an empty text.
    if let Ok(who) = run(context, "who -s") {
        up.insert("users".into(), i64::try_from(who.split('\n').count()).unwrap_or(0).into());
    }
    Ok(up.into())
}

fn diskusage(context: &Arc<Context>, arguments: &Arguments) -> Answer {
    let wanted: Vec<String> = arguments.positional.iter().map(ToString::to_string).collect();
    let (mut paths, mut kinds): (Vec<String>, Vec<String>) =
        wanted.into_iter().partition(|wanted| wanted.starts_with('/'));
    if paths.is_empty() && kinds.is_empty() {
        kinds.push("*".into());
    }
    if !kinds.is_empty() {
        let mounts = proc(context, "mounts");
        for line in mounts.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, path, kind, ..] = words[..] else { continue };
            if kinds.iter().any(|wanted| fnmatch(kind, wanted)) && !paths.iter().any(|known| known == path) {
                paths.push(path.into());
            }
        }
    }
    let measured = paths.into_iter().filter_map(|path| {
        let place = context.run.host_path(&path);
        if !place.exists() {
            return None;
        }
        let (available, total) = match statvfs(&place) {
            Ok(found) => {
                let size = found.block_size();
                (bytes(found.blocks_available(), size), bytes(found.blocks(), size))
            }
            Err(_) => (Value::Null, Value::Null),
        };
        Some((path.into(), Value::Map(map([("available", available), ("total", total)]))))
    });
    Ok(Value::Map(measured.collect()))
}

/// So many blocks as bytes.
pub(super) fn bytes(blocks: u64, size: u64) -> Value {
    i64::try_from(blocks.saturating_mul(size)).unwrap_or(i64::MAX).into()
}

fn procs(context: &Arc<Context>, _: &Arguments) -> Answer {
    let listed = run(context, "ps -efHww")?;
    let rows = listed.lines().skip(1).filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (user, pid) = (words.first()?, words.get(1)?);
        let command = words.get(7..).unwrap_or_default().join(" ");
        Some(((*pid).into(), Value::Map(map([("user", (*user).into()), ("cmd", command.into())]))))
    });
    Ok(Value::Map(rows.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel() {
        let shown = |found: Option<(Value, Value)>| found.map(|(name, value)| format!("{name} {value}"));
        assert_eq!(
            shown(meminfo_line("MemTotal:       65 kB")).unwrap(),
            "MemTotal {'value': '65', 'unit': 'kB'}"
        );
        assert_eq!(
            shown(cpustats_line("cpu 1 2 3 4 5 6 7 8 9 10")).unwrap(),
            "cpu {'idle': 4, 'iowait': 5, 'irq': 6, 'nice': 2, 'softirq': 7, 'steal': 8, 'system': 3, 'user': 1}"
        );
        assert_eq!(shown(cpustats_line("ctxt 42")).unwrap(), "ctxt 42");
        assert_eq!(
            shown(cpustats_line("softirq 9 1 2")).unwrap(),
            "softirq {'total': 9, 'softirqs': [1, 2]}"
        );
        let line = "  eth0:9 10 0 1 0 0 0 2 20 30 0 0 0 0 0 0";
        let shown = shown(netdev_line(line)).unwrap();
        assert!(
            shown.starts_with("eth0 {'iface': 'eth0', 'rx_bytes': 9,") && shown.contains("'tx_bytes': 20")
        );
        assert!(netdev_line("Inter-|   Receive").is_none());
    }
}
