//! One state, called: guards, slots, the function, `check_cmd`, `retry`, and the entry that reports it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use common::value::{Map, Value, get};
use jiff::Zoned;
use nix::sys::stat::{Mode, umask};

use super::report::Entry;
use super::retry::Retry;
use super::{conditions, guard, secret, slot};
use crate::compile::Chunk;
use crate::compile::keywords::is_keyword;
use crate::context::Context;
use crate::functions::FunctionError;
use crate::modules::{self, Function, Site, StateReturn};

/// A state to call.
pub(super) struct Call<'a> {
    /// Its declaration.
    pub(super) chunk: &'a Chunk,
    /// Its id, which is not the declaration's where a listener fires.
    pub(super) id: &'a str,
    /// The states that changed, when its `mod_watch` is called rather than the function itself.
    pub(super) watching: Option<&'a [String]>,
}

/// Hands out the numbers of a run, in the order in which states end.
#[derive(Default)]
pub(super) struct Numbers(u32);

impl Numbers {
    /// The next number.
    pub(super) fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0 - 1
    }
}

impl Call<'_> {
    /// Calls the state, again and again if it is to be retried. Every attempt takes a number.
    pub(super) fn run(&self, context: &Arc<Context>, numbers: &mut Numbers) -> Entry {
        let retry = get(&self.chunk.arguments, "retry").map(Retry::from_value);
        let mut attempts = Vec::new();
        let began = Zoned::now();
        let clock = Instant::now();
        loop {
            let mut entry = self.attempt(context, numbers);
            let done = i64::try_from(attempts.len()).unwrap_or(i64::MAX).saturating_add(1);
            let wait = retry.filter(|_| !context.test).and_then(|retry| retry.wait(done, entry.result));
            if let Some(wait) = wait {
                attempts.push(format!(
                    "Attempt {done}: Returned a result of \"{}\", with the following comment: \"{}\"",
                    Value::from(entry.result),
                    self.said(&entry)
                ));
                thread::sleep(wait);
                continue;
            }
            if let Some(retry) = retry.filter(|_| context.test) {
                entry.comment = format!("{}  {}", self.said(&entry), retry.sentence());
            }
            if !attempts.is_empty() {
                attempts.push(entry.comment);
                entry.comment = attempts.join("\n");
            }
            entry.start_time = time_of_day(&began);
            entry.duration = milliseconds(clock);
            return entry;
        }
    }

    /// The comment of an attempt. What guards said is a list to Salt at that point, and printed as one.
    fn said(&self, entry: &Entry) -> String {
        let by_guards = get(&entry.extra, "skip_watch").is_some()
            && get(&self.chunk.arguments, "check_cmd").is_none_or(|commands| !commands.is_true());
        if by_guards {
            let lines: Vec<&str> = entry.comment.lines().collect();
            Value::from(lines).repr()
        } else {
            entry.comment.clone()
        }
    }

    fn attempt(&self, context: &Arc<Context>, numbers: &mut Numbers) -> Entry {
        let Called { name, returned, stopped } = self.once(context);
        let mut entry = Entry { run_num: numbers.next(), ..skipped(self.chunk, returned.result, "", 0) };
        if self.id != self.chunk.id {
            // A listener is an entry of its own.
            entry.id = self.id.into();
            entry.tag = format!("{}_|-{}_|-{}_|-mod_watch", self.chunk.state, self.id, self.chunk.name);
        }
        entry.extra.clear();
        entry.name = name;
        entry.comment = returned.comment;
        entry.changes = returned.changes;
        entry.warnings = returned.warnings;
        if stopped {
            entry.extra.insert("skip_watch".into(), true.into());
        }
        let is_set = |key| get(&self.chunk.arguments, key).is_some_and(Value::is_true);
        if is_set("parallel") && !stopped {
            entry.extra.insert("__parallel__".into(), true.into());
        }
        if is_set("no_log") {
            entry.name = secret::MASK.into();
            entry.comment = secret::hide(&entry.comment.into()).to_string();
            entry.changes = secret::hide_values(&entry.changes);
        }
        entry
    }

    /// Calls the state once.
    fn once(&self, context: &Arc<Context>) -> Called {
        let chunk = self.chunk;
        let mut called =
            Called { name: chunk.name.clone(), returned: StateReturn::default(), stopped: false };
        let Some(function) = modules::find(&chunk.function()).filter(|function| self.fits(function)) else {
            let name =
                if self.watching.is_some() { format!("{}.mod_watch", chunk.state) } else { chunk.function() };
            called.returned = StateReturn::failed(format!(
                "State '{name}' was not found in SLS '{}'\nReason: '{name}' is not available.\n",
                chunk.sls
            ));
            return called;
        };
        match self.guarded(context, function, &mut called) {
            Ok(()) => called,
            Err(error) => {
                called.returned = StateReturn::failed(exception(&error.to_string()));
                called
            }
        }
    }

    fn fits(&self, function: &Function) -> bool {
        self.watching.is_none() || function.has_mod_watch()
    }

    fn guarded(
        &self,
        context: &Arc<Context>,
        function: &Function,
        called: &mut Called,
    ) -> Result<(), FunctionError> {
        let chunk = self.chunk;
        if let Some(stopped) = guard::ask(context, &chunk.state, &chunk.arguments)? {
            called.stopped = true;
            called.returned =
                StateReturn { result: Some(true), comment: stopped.comment, ..StateReturn::default() };
        } else if !conditions::allow(context, &chunk.state, function.name)? {
            called.returned = StateReturn { comment: conditions::REFUSED.into(), ..StateReturn::default() };
        } else {
            let arguments = own_arguments(context, chunk, function)?;
            if let Some(name) = get(&arguments, "name") {
                called.name = name.to_string();
            }
            called.returned = match Mask::of(&chunk.arguments) {
                Ok(_mask) => self.function(context, function, &arguments),
                Err(given) => StateReturn::failed(format!("Invalid umask: {given}\n")),
            };
        }
        let declared = function.parameters().contains(&"check_cmd");
        if let Some(commands) = get(&chunk.arguments, "check_cmd").filter(|_| !declared) {
            let fine = guard::check(context, commands)?;
            called.returned.result = Some(fine);
            // Without a command there is nothing that was determined, and still no success.
            if commands.is_true() {
                called.returned.comment =
                    format!("check_cmd determined the state {}", if fine { "succeeded" } else { "failed" });
            }
        }
        Ok(())
    }

    /// Calls the function itself. A bug in it fails this state alone.
    fn function(&self, context: &Arc<Context>, function: &Function, arguments: &Map) -> StateReturn {
        let chunk = self.chunk;
        let saltenv = get(&chunk.arguments, "saltenv").map(Value::to_string);
        let site = Site {
            context,
            id: self.id,
            sls: &chunk.sls,
            saltenv: saltenv.as_deref().unwrap_or(&chunk.saltenv),
            changed: self.watching.unwrap_or_default(),
        };
        let call = || match self.watching {
            Some(_) => function.mod_watch(&site, arguments),
            None => function.run(&site, arguments),
        };
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
            let message = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "it gave no reason".into());
            StateReturn::failed(exception(&format!("{} has a bug: {message}", function.name)))
        })
    }
}

/// The entry of a state that was not run, for what its requisites said.
pub(super) fn skipped(chunk: &Chunk, result: Option<bool>, comment: &str, run_num: u32) -> Entry {
    Entry {
        tag: chunk.tag(),
        id: chunk.id.clone(),
        sls: chunk.sls.clone(),
        name: chunk.name.clone(),
        result,
        comment: comment.into(),
        changes: Map::new(),
        run_num,
        start_time: time_of_day(&Zoned::now()),
        duration: 0.0,
        warnings: Vec::new(),
        extra: Map::from_iter([("__state_ran__".into(), false.into())]),
    }
}

/// What calling a state came to.
struct Called {
    /// The name, its slot filled.
    name: String,
    returned: StateReturn,
    /// Whether a guard stopped it.
    stopped: bool,
}

/// `name` and the function's own arguments, their slots filled: requisites and guards are not its business, unless it has
/// a parameter of that name.
fn own_arguments(context: &Arc<Context>, chunk: &Chunk, function: &Function) -> Result<Map, FunctionError> {
    let parameters = function.parameters();
    let is_own = |key: &Value| {
        key.as_str().is_none_or(|key| key != "name" && (!is_keyword(key) || parameters.contains(&key)))
    };
    let mut arguments = Map::from_iter([("name".into(), Value::from(&chunk.name))]);
    let own = chunk.arguments.iter().filter(|(key, _)| is_own(key));
    arguments.extend(own.map(|(key, value)| (key.clone(), value.clone())));
    for value in arguments.values_mut() {
        slot::fill(context, value)?;
    }
    Ok(arguments)
}

/// The file mode mask of a state, in force until this is dropped. It is the mask of the whole process, which runs one
/// state at a time; processes that the state starts inherit it.
struct Mask(Option<Mode>);

impl Mask {
    fn of(arguments: &Map) -> Result<Self, &Value> {
        let Some(given) = get(arguments, "umask") else { return Ok(Self(None)) };
        match u32::from_str_radix(given.to_string().trim_start_matches("0o"), 8) {
            Ok(bits) if bits <= 0o777 => Ok(Self(Some(umask(Mode::from_bits_truncate(bits))))),
            _ => Err(given),
        }
    }
}

impl Drop for Mask {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            umask(before);
        }
    }
}

fn exception(what: &str) -> String {
    format!("An exception occurred in this state: {what}")
}

fn time_of_day(time: &Zoned) -> String {
    time.strftime("%H:%M:%S.%6f").to_string()
}

/// Milliseconds since then, to the microsecond.
fn milliseconds(clock: Instant) -> f64 {
    (clock.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
