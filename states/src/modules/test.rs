//! `test`: states that change nothing and prove the engine.

use common::value::{Map, Value, get, map};
use serde::Deserialize;

use super::arguments::{Flag, Text};
use super::{Call, Check, Done, Failure, Function, StateFunction, Watch, change};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::watching::<ConfigurableTestState>(),
    Function::watching::<FailWithChanges>(),
    Function::watching::<FailWithoutChanges>(),
    Function::watching::<Nop>(),
    Function::watching::<ShowNotification>(),
    Function::watching::<SucceedWithChanges>(),
    Function::watching::<SucceedWithoutChanges>(),
];

/// The changes that these states pretend to make.
fn pretended() -> Map {
    change("testing", map([("old", "Unchanged".into()), ("new", "Something pretended to change".into())]))
}

/// `mod_watch` of every `test` state.
fn watch_fired(call: &Call<'_>) -> Done {
    let own = |key: &str| get(call.arguments, key);
    let changes = match own("changes") {
        None => {
            let changed = Value::List(call.changed.iter().map(Value::from).collect());
            change("Requisites with changes", changed)
        }
        Some(Value::Map(changes)) => changes.clone(),
        Some(_) => {
            let comment = "An exception occurred in this state: 'Changes' should be a dictionary.";
            return Done::failed(comment, Map::new());
        }
    };
    Done {
        result: own("result").map_or(Some(true), |result| (!result.is_null()).then(|| result.is_true())),
        comment: own("comment").map_or_else(|| "Watch statement fired.".into(), ToString::to_string),
        changes,
    }
}

/// Declares a state that takes a comment and any other argument.
macro_rules! state {
    ($type:ident, $name:literal, $doc:literal, $default:literal) => {
        #[doc = concat!("`", $name, "`.")]
        #[derive(Debug, Deserialize)]
        struct $type {
            #[serde(rename = "name")]
            _name: Text,
            #[serde(default)]
            comment: Option<Text>,
        }

        impl $type {
            fn comment(&self) -> String {
                self.comment.as_deref().unwrap_or($default).into()
            }
        }

        impl Watch for $type {
            fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
                Ok(watch_fired(call))
            }
        }

        impl StateFunction for $type {
            const NAME: &'static str = $name;
            const DOC: &'static str = concat!($doc, "\n\ncomment: what it says instead of ", $default);
            const SWALLOWS: bool = true;
            type Plan = ();

            fn check(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
                Self::look(self, call)
            }

            fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
                Ok(Done { result: Some(Self::SUCCEEDS), comment: self.comment(), changes: pretended() })
            }
        }
    };
}

state!(Nop, "test.nop", "Does nothing; a comment is not heard.", "Success!");
state!(SucceedWithoutChanges, "test.succeed_without_changes", "Succeeds and changes nothing.", "Success!");
state!(
    SucceedWithChanges,
    "test.succeed_with_changes",
    "Succeeds and pretends to change something.",
    "Success!"
);
state!(FailWithoutChanges, "test.fail_without_changes", "Fails and changes nothing.", "Failure!");
state!(FailWithChanges, "test.fail_with_changes", "Fails and pretends to change something.", "Failure!");

impl Nop {
    const SUCCEEDS: bool = true;
    fn look(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        Ok(Check::clean("Success!"))
    }
}

impl SucceedWithoutChanges {
    const SUCCEEDS: bool = true;
    fn look(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        Ok(Check::clean(self.comment()))
    }
}

impl SucceedWithChanges {
    const SUCCEEDS: bool = true;
    fn look(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        let comment = "If we weren't testing, this would be successful with changes";
        Ok(Check::differs((), comment, pretended()))
    }
}

impl FailWithoutChanges {
    const SUCCEEDS: bool = false;
    fn look(&self, call: &Call<'_>) -> Result<Check<()>, Failure> {
        Err(Failure::new(if call.context.test {
            "If we weren't testing, this would be a failure!".into()
        } else {
            self.comment()
        }))
    }
}

impl FailWithChanges {
    const SUCCEEDS: bool = false;
    fn look(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        let comment = "If we weren't testing, this would be failed with changes";
        Ok(Check::differs((), comment, pretended()))
    }
}

/// `test.configurable_test_state`.
#[derive(Debug, Deserialize)]
struct ConfigurableTestState {
    #[serde(rename = "name")]
    _name: Text,
    #[serde(default = "yes")]
    changes: Value,
    #[serde(default = "yes")]
    result: Value,
    #[serde(default)]
    comment: Option<Text>,
    #[serde(default)]
    warnings: Value,
    #[serde(default)]
    allow_test_mode_failure: Flag,
}

fn yes() -> Value {
    Value::Bool(true)
}

impl StateFunction for ConfigurableTestState {
    const NAME: &'static str = "test.configurable_test_state";
    const DOC: &'static str = "Returns what it is told to.\n\n\
        changes: whether it pretends to change something: True, False or 'Random'\n\
        result: whether it succeeds: True, False or 'Random'\n\
        comment: what it says\n\
        warnings: text, or a list of texts\n\
        allow_test_mode_failure: whether a dry run may fail";
    type Plan = Done;

    fn check(&self, call: &Call<'_>) -> Result<Check<Done>, Failure> {
        let changes = if toss(&self.changes, "changes")? { pretended() } else { Map::new() };
        let result = toss(&self.result, "result")?;
        match &self.warnings {
            Value::Null => {}
            Value::String(warning) => call.warnings.borrow_mut().push(warning.to_string()),
            Value::List(warnings) => {
                call.warnings.borrow_mut().extend(warnings.iter().map(ToString::to_string));
            }
            _ => {
                return Err(Failure::new(
                    "You have specified the state option 'warnings' with invalid arguments. It must be a string or a \
                     list of strings",
                ));
            }
        }
        let own = self.comment.as_deref().filter(|comment| !comment.is_empty());
        if !call.context.test {
            let done = Done { result: Some(result), comment: own.unwrap_or_default().into(), changes };
            return Ok(Check::differs(done, "", Map::new()));
        }
        let comment = own.unwrap_or("This is a test");
        if self.allow_test_mode_failure.0 && self.result == Value::Bool(false) {
            Err(Failure { comment: comment.into(), changes })
        } else if self.changes == Value::Bool(false) {
            Ok(Check::clean(comment))
        } else {
            Ok(Check::differs(Done::default(), comment, changes))
        }
    }

    fn converge(&self, _: &Call<'_>, done: Done) -> Result<Done, Failure> {
        Ok(done)
    }
}

impl Watch for ConfigurableTestState {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        Ok(watch_fired(call))
    }
}

/// A switch that may also be left to chance.
fn toss(value: &Value, option: &str) -> Result<bool, Failure> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("random") => Ok(fastrand::bool()),
        _ => Err(Failure::new(format!(
            "You have specified the state option '{option}' with invalid arguments. It must be either True, False, or \
             'Random'"
        ))),
    }
}

/// `test.show_notification`.
#[derive(Debug, Deserialize)]
struct ShowNotification {
    #[serde(rename = "name")]
    _name: Text,
    #[serde(default)]
    text: Option<Text>,
}

impl StateFunction for ShowNotification {
    const NAME: &'static str = "test.show_notification";
    const DOC: &'static str = "Succeeds and says something.\n\ntext: what it says";
    const SWALLOWS: bool = true;
    type Plan = ();

    fn check(&self, _: &Call<'_>) -> Result<Check<()>, Failure> {
        match self.text.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => Ok(Check::clean(text)),
            None => Err(Failure::new("Missing required argument text.")),
        }
    }

    fn converge(&self, _: &Call<'_>, (): ()) -> Result<Done, Failure> {
        Ok(Done::ok("", Map::new()))
    }
}

impl Watch for ShowNotification {
    fn mod_watch(&self, call: &Call<'_>) -> Result<Done, Failure> {
        Ok(watch_fired(call))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::modules::{Site, StateReturn, find};
    use crate::testing::{Book, Tree, context, output};

    fn run(function: &str, arguments: Map, test: bool) -> StateReturn {
        let processes = Arc::new(Book::new(|_| output(0, "")));
        let context = context(Tree::new(&[]), processes, Map::new(), test);
        let site = Site { context: &context, id: "id", sls: "s", saltenv: "base", changed: &[] };
        let mut all = change("name", "n");
        all.extend(arguments);
        find(function).unwrap().run(&site, &all)
    }

    #[test]
    fn results_in_earnest_and_in_a_dry_run() {
        let table = [
            ("test.nop", Some(true), Some(true), 0, 0),
            ("test.succeed_without_changes", Some(true), Some(true), 0, 0),
            ("test.succeed_with_changes", Some(true), None, 1, 1),
            ("test.fail_without_changes", Some(false), Some(false), 0, 0),
            ("test.fail_with_changes", Some(false), None, 1, 1),
            ("test.configurable_test_state", Some(true), None, 1, 1),
        ];
        for (function, result, dry_result, changes, dry_changes) in table {
            let done = run(function, Map::new(), false);
            assert_eq!((done.result, done.changes.len()), (result, changes), "{function}");
            let done = run(function, Map::new(), true);
            assert_eq!((done.result, done.changes.len()), (dry_result, dry_changes), "{function}, dry");
        }
        assert_eq!(run("test.fail_with_changes", change("comment", "mine"), false).comment, "mine");
    }

    #[test]
    fn configurable() {
        let arguments = |changes: bool, result: bool| {
            map([("changes", changes.into()), ("result", result.into()), ("comment", "c".into())])
        };
        let done = run("test.configurable_test_state", arguments(true, false), false);
        assert_eq!((done.result, done.comment.as_str(), done.changes), (Some(false), "c", pretended()));
        let done = run("test.configurable_test_state", arguments(false, false), true);
        assert_eq!(done.result, Some(true), "as Salt has it unless allow_test_mode_failure is set");
        let done = run("test.configurable_test_state", change("warnings", vec!["w"]), false);
        assert_eq!(done.warnings, ["w"]);
        let wrong = run("test.configurable_test_state", change("result", 3), false);
        assert!(wrong.comment.contains("'result' with invalid arguments"));
    }

    #[test]
    fn a_notification_needs_a_text() {
        assert_eq!(run("test.show_notification", change("text", "hello"), false).comment, "hello");
        assert_eq!(run("test.show_notification", Map::new(), false).result, Some(false));
    }
}
