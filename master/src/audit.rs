//! The audit log: a line of JSON for each action of an operator, whether it was done or not.
//!
//! What a function or a state is called with may be secret, so it is not in the log; the job that is named has it. The file is
//! opened for each line, so that it may be moved away at any time.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use common::id::JobId;
use serde::Serialize;

use crate::api::{Caller, KeyAction, Request};
use crate::jobs::Spec;

/// An action, as far as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What was asked for: `apply`, `call cmd.run`, `keys accept`.
    pub action: String,
    /// On which hosts: a target, a glob or an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The job that it was about, or that it has started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jid: Option<JobId>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    /// When, in UTC.
    at: String,
    uid: Option<u32>,
    user: &'a str,
    #[serde(flatten)]
    note: &'a Note,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl Note {
    /// What is to be written down of a request; nothing of one that only looks.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let note = |action: &str, target: Option<&str>, jid: Option<&JobId>| {
            Some(Self { action: action.into(), target: target.map(Into::into), jid: jid.cloned() })
        };
        match request {
            Request::Start { job, .. } => note(&work(&job.work), job.target.as_deref(), None),
            Request::Cancel { jid } => note("jobs kill", None, Some(jid)),
            Request::Pause { jid, paused: true } => note("jobs pause", None, Some(jid)),
            Request::Pause { jid, paused: false } => note("jobs resume", None, Some(jid)),
            Request::Deviants { jid, .. } => note("mark deviants", None, Some(jid)),
            Request::Keys { action, pattern } => match action {
                KeyAction::List => None,
                KeyAction::Accept => note("keys accept", Some(pattern), None),
                KeyAction::Reject => note("keys reject", Some(pattern), None),
                KeyAction::Delete => note("keys delete", Some(pattern), None),
            },
            Request::NewToken { pattern, .. } => note("keys token", Some(pattern), None),
            Request::RevokeTokens { name } => note("keys revoke", Some(name), None),
            Request::Issue { id, .. } => note("keys generate", Some(id.as_str()), None),
            Request::Retire { pattern, .. } => note("hosts retire", Some(pattern), None),
            Request::Schedule { name, job, .. } => {
                note(&format!("schedule {name}: {}", work(&job.work)), job.target.as_deref(), None)
            }
            Request::Unschedule { name } => note(&format!("unschedule {name}"), None, None),
            Request::Check(spec) => note("check", spec.target.as_deref(), None),
            Request::Explain { host, .. } => note("explain", Some(host.as_str()), None),
            Request::Follow { .. }
            | Request::Hosts { .. }
            | Request::Job { .. }
            | Request::Jobs { .. }
            | Request::Schedules
            | Request::Status
            | Request::Tokens => None,
        }
    }

    /// Something that is no request: a signal.
    #[must_use]
    pub fn plain(action: &str) -> Self {
        Self { action: action.into(), target: None, jid: None }
    }
}

fn work(work: &Spec) -> String {
    match work {
        Spec::Apply(apply) => {
            let test = if apply.test { "apply --test" } else { "apply" };
            format!("{test} {}", apply.sls.join(",")).trim_end().into()
        }
        Spec::Call(call) => format!("call {}", call.function),
    }
}

/// Writes a line; it is on the disk when this returns. `error` says why the action was not done.
///
/// # Errors
/// When the file can't be written.
pub fn write(path: &Path, caller: &Caller, note: &Note, error: Option<&str>) -> std::io::Result<()> {
    let at = jiff::Timestamp::now().to_string();
    let line = Line { at, uid: caller.uid, user: &caller.user, note, error };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    // In one go, so that no two lines mix.
    file.write_all(&text)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{CallSpec, JobSpec, Policy};

    #[test]
    fn a_line_says_who_what_where_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let call = CallSpec {
            function: "cmd.run".into(),
            positional: vec!["echo hunter2".into()],
            ..CallSpec::default()
        };
        let job = Box::new(JobSpec {
            work: Spec::Call(call),
            target: Some("fp-*".into()),
            batch: None,
            policy: Policy::default(),
            timeout: None,
            request: None,
        });
        let mut note = Note::of(&Request::Start { job, join: false }).unwrap();
        note.jid = Some("20260101000000000000".parse().unwrap());
        let caller = Caller { uid: Some(1000), user: "ann \"x\"\n".into(), groups: Vec::new() };
        write(&path, &caller, &note, None).unwrap();
        write(&path, &caller, &Note::plain("reload"), Some("no\nway")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("hunter2"));
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["uid"], 1000);
        assert_eq!(lines[0]["user"], "ann \"x\"\n");
        assert_eq!(lines[0]["action"], "call cmd.run");
        assert_eq!(lines[0]["target"], "fp-*");
        assert_eq!(lines[0]["jid"], "20260101000000000000");
        assert_eq!(lines[1]["error"], "no\nway");
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn looking_leaves_no_line() {
        assert_eq!(Note::of(&Request::Jobs { limit: 1 }), None);
        assert_eq!(Note::of(&Request::Keys { action: KeyAction::List, pattern: "*".into() }), None);
    }
}
