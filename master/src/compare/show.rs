//! Groups as text and as data.

use std::fmt::Write as _;

use common::id::HostId;
use common::value::{Value, map};

use super::Group;

/// How many hosts of a group are named.
const NAMES: usize = 20;

/// The groups for people.
#[must_use]
pub fn show(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        let hosts = if group.hosts.len() == 1 { "host" } else { "hosts" };
        let fate = match group.retcode {
            None => format!(" {}", group.state.name()),
            Some(0) => String::new(),
            Some(code) => format!(", exit {code}"),
        };
        let deviant = if group.deviant { ", not as expected" } else { "" };
        let _ = writeln!(text, "{} {hosts}{fate}{deviant}: {}", group.hosts.len(), names(&group.hosts));
        let output = if group.output.is_empty() { "(no output)" } else { &group.output };
        for line in output.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

fn names(hosts: &[HostId]) -> String {
    let mut names: Vec<String> = hosts.iter().take(NAMES).map(ToString::to_string).collect();
    if hosts.len() > NAMES {
        names.push(format!("and {} more", hosts.len() - NAMES));
    }
    names.join(", ")
}

/// The groups for programs.
#[must_use]
pub fn to_value(groups: &[Group]) -> Value {
    let one = |group: &Group| {
        let hosts = group.hosts.iter().map(|host| Value::from(host.as_str())).collect();
        Value::Map(map([
            ("count", Value::from(group.hosts.len() as u64)),
            ("state", group.state.name().into()),
            ("retcode", group.retcode.map(i64::from).into()),
            ("output", group.output.as_str().into()),
            ("deviant", group.deviant.into()),
            ("hosts", Value::List(hosts)),
        ]))
    };
    Value::List(groups.iter().map(one).collect())
}
