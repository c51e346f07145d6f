//! Calls that only answer: the daemon does them itself, without a worker.

use std::sync::{Arc, RwLock};

use common::id::JobId;
use common::message::{CallRequest, Outcome, Report, Task, Work};
use common::value::{Map, Value, map};
use states::context::{Context, RunState};
use states::functions::{self, Arguments, FunctionError};

use super::driver::describe;
use super::reports::plain_report;
use super::{Class, Event, Jobs, Key, Phase};
use crate::cache::NoTree;

/// The functions of the `states` crate that read no more than grains.
const READING: &[&str] = &[
    "test.ping",
    "test.version",
    "test.echo",
    "test.true",
    "test.false",
    "grains.get",
    "grains.item",
    "grains.items",
    "grains.ls",
    "grains.has_value",
    "grains.filter_by",
];

/// Answers calls at once.
pub struct Quick {
    /// The host's id.
    pub id: String,
    /// The host's grains, as last collected.
    pub grains: Arc<RwLock<Arc<Map>>>,
    /// The jobs, for the functions that ask about them.
    pub jobs: Jobs,
}

impl Quick {
    /// The report of a task, if it is one that can be answered at once.
    #[must_use]
    pub fn answer(&self, task: &Task) -> Option<Report> {
        let Work::Call(call) = &task.work else { return None };
        let answer = self.about_jobs(call).map(Ok).or_else(|| self.reading(call))?;
        Some(match answer {
            Ok(value) => plain_report(task.jid.clone(), Outcome::Succeeded, value),
            Err(error) => plain_report(task.jid.clone(), Outcome::Failed, error.to_string().into()),
        })
    }

    fn reading(&self, call: &CallRequest) -> Option<Result<Value, FunctionError>> {
        if !READING.contains(&call.function.as_str()) || functions::find(&call.function).is_none() {
            return None;
        }
        let grains = Arc::clone(&self.grains.read().unwrap_or_else(std::sync::PoisonError::into_inner));
        let context = Arc::new(Context {
            id: self.id.clone(),
            saltenv: "base".into(),
            grains,
            pillar: Arc::new(call.pillar.clone()),
            opts: Arc::new(map([("id", self.id.as_str().into())])),
            files: Arc::new(NoTree),
            processes: Arc::new(states::process::System),
            cache_dir: std::path::PathBuf::new(),
            test: false,
            mine: None,
            run: RunState::default(),
        });
        let arguments = Arguments { positional: call.positional.clone(), keyword: call.keyword.clone() };
        Some(functions::call(&context, &call.function, &arguments))
    }

    /// Salt's functions about the jobs of this host.
    fn about_jobs(&self, call: &CallRequest) -> Option<Value> {
        let running = self.jobs.running();
        let wanted = call.positional.first().or_else(|| common::value::get(&call.keyword, "jid"));
        let wanted = wanted.map(ToString::to_string).unwrap_or_default();
        let found = running.iter().find(|running| running.key.jid.as_str() == wanted);
        Some(match call.function.as_str() {
            "saltutil.running" => {
                Value::List(running.iter().map(|running| describe(running, &self.id).into()).collect())
            }
            "saltutil.find_job" => {
                Value::Map(found.map(|running| describe(running, &self.id)).unwrap_or_default())
            }
            "saltutil.kill_job" | "saltutil.term_job" => match found {
                Some(running) => {
                    let text = format!("Signal 15 sent to job {wanted} at pid {}", running.pid);
                    self.jobs.feed(Event::Kill(running.key.clone()));
                    text.into()
                }
                None => {
                    // One that waits for its turn never gets it.
                    if let Ok(jid) = wanted.parse::<JobId>() {
                        for phase in [Phase::Prepare, Phase::Run] {
                            self.jobs.feed(Event::Kill(Key { jid: jid.clone(), phase }));
                        }
                    }
                    "".into()
                }
            },
            "state.running" => {
                let runs = running.iter().filter(|running| running.class == Class::Exclusive);
                Value::List(
                    runs.map(|running| in_the_way(&running.key, &running.function, running.pid)).collect(),
                )
            }
            _ => return None,
        })
    }
}

/// Salt's sentence about a state run in the way, which scripts parse.
fn in_the_way(key: &Key, function: &str, pid: u32) -> Value {
    debug_assert_eq!(key.phase, Phase::Run);
    let jid = key.jid.as_str();
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", &jid[..14]);
    let time = time.map(|time| time.strftime("%Y, %b %d %H:%M:%S").to_string()).unwrap_or_default();
    let micros = &jid[14..];
    format!(
        "The function \"{function}\" is running as PID {pid} and was started at {time}.{micros} with jid {jid}"
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_scripts_parse() {
        let key = Key { jid: "20261122165828056356".parse().unwrap(), phase: Phase::Run };
        assert_eq!(
            in_the_way(&key, "state.sls", 11143).to_string(),
            "The function \"state.sls\" is running as PID 11143 and was started at 2026, Nov 22 16:58:28.056356 \
             with jid 20261122165828056356"
        );
    }
}
