//! `debconf.set`: answers are given.

use common::value::{Map, Value, get};
use serde::Deserialize;

use super::database::answers;
use super::set_file::feed;
use crate::modules::arguments::{Pairs, Text};
use crate::modules::{Call, Check, Done, Failure, StateFunction};

/// Answers that shall be given.
#[derive(Deserialize)]
pub(super) struct Set {
    name: Text,
    data: Pairs,
}

/// An answer to give.
pub(super) struct Answer {
    question: String,
    kind: String,
    value: String,
}

/// What a run has to do.
pub(super) struct Plan {
    answers: Vec<Answer>,
    /// The start of the comment: which answers are given already.
    unchanged: String,
}

impl StateFunction for Set {
    const NAME: &'static str = "debconf.set";
    const DOC: &'static str = "Answer the questions of a package before it asks.

name: the package
data: for each question a map of 'type' and 'value'";
    const SWALLOWS: bool = true;

    type Plan = Plan;

    fn check(&self, call: &Call<'_>) -> Result<Check<Plan>, Failure> {
        debian_only(call)?;
        let present = answers(call.context, &self.name);
        let mut plan = Plan { answers: Vec::new(), unchanged: String::new() };
        for (question, answer) in &self.data.0 {
            let answer = parse(question, answer)?;
            let given = present.iter().any(|(question, kind, value)| {
                *question == answer.question && *kind == answer.kind && *value == answer.value
            });
            if given {
                if plan.unchanged.is_empty() {
                    plan.unchanged.push_str("Unchanged answers: ");
                }
                plan.unchanged.push_str(&format!("{question} "));
            } else {
                plan.answers.push(answer);
            }
        }
        if plan.answers.is_empty() {
            return Ok(Check::clean("All specified answers are already set"));
        }
        let told = |answer: &Answer| {
            (Value::from(&answer.question), format!("New value: {}", answer.shown()).into())
        };
        let changes: Map = plan.answers.iter().map(told).collect();
        let comment = plan.unchanged.clone();
        Ok(Check::differs(plan, comment, changes))
    }

    fn converge(&self, call: &Call<'_>, plan: Plan) -> Result<Done, Failure> {
        let lines: String = plan
            .answers
            .iter()
            .map(|answer| format!("{} {} {} {}\n", self.name, answer.question, answer.kind, answer.value))
            .collect();
        if let Err(failure) = feed(call, &lines) {
            let changes =
                plan.answers.iter().map(|answer| (Value::from(&answer.question), "Failed to set!".into()));
            let comment = format!("Some settings failed to be applied.\n{}", failure.comment);
            return Ok(Done::failed(comment, changes.collect()));
        }
        let changes =
            plan.answers.iter().map(|answer| (Value::from(&answer.question), answer.shown().into()));
        Ok(Done::ok(plan.unchanged, changes.collect()))
    }
}

impl Answer {
    /// The value, unless it is secret.
    fn shown(&self) -> &str {
        if self.kind == "password" { "(password hidden)" } else { &self.value }
    }
}

/// A value of type boolean is what Python holds true of it, so that even the text `false` is true.
fn parse(question: &Value, answer: &Value) -> Result<Answer, Failure> {
    let map = answer.as_map();
    let field = |name: &str| map.and_then(|map| get(map, name));
    let (Some(kind), Some(value)) = (field("type"), field("value")) else {
        return Err(Failure::new(format!(
            "data: the answer to '{question}' needs a 'type' and a 'value', such as {{'type': 'boolean', 'value': True}}; found {}",
            answer.repr()
        )));
    };
    let kind = kind.to_string();
    let value = if kind == "boolean" { value.is_true().to_string() } else { value.to_string() };
    if value.contains('\n') || question.to_string().contains(char::is_whitespace) {
        return Err(Failure::new(format!(
            "data: the answer to '{question}' must be one line and the question one word"
        )));
    }
    Ok(Answer { question: question.to_string(), kind, value })
}

/// Fails on hosts that have no debconf.
pub(super) fn debian_only(call: &Call<'_>) -> Result<(), Failure> {
    let family = get(&call.context.grains, "os_family").map(ToString::to_string).unwrap_or_default();
    if family == "Debian" {
        return Ok(());
    }
    Err(Failure::new(format!(
        "debconf state only runs on Debian systems; this host is of the family '{family}'"
    )))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::modules::trial::{Host, below, changes};
    use crate::testing::output;

    const FILES: &[(&str, &str)] = &[
        ("/var/cache/debconf/templates.dat", "Name: x/a\nType: boolean\n\nName: x/b\nType: string\n"),
        (
            "/var/cache/debconf/config.dat",
            "Name: x/a\nTemplate: x/a\nValue: true\nOwners: x\n\nName: x/b\nTemplate: x/b\nValue: old\nOwners: x\n",
        ),
    ];

    const DATA: &str =
        "{name: x, data: {x/a: {type: boolean, value: 'false'}, x/b: {type: string, value: new}}}";

    #[test]
    fn only_what_differs_is_set() {
        let host = Host::new(FILES, |root, line| {
            assert_eq!(line, "debconf-set-selections");
            let path = below(root, "/var/cache/debconf/config.dat");
            fs::write(&path, fs::read_to_string(&path).unwrap().replace("old", "new")).unwrap();
            output(0, "")
        });
        let done = host.state("debconf.set", DATA);
        assert_eq!(done.comment, "Unchanged answers: x/a ");
        assert_eq!(done.changes, changes("{x/b: new}"));
        let again = host.state("debconf.set", DATA);
        assert_eq!(again.comment, "All specified answers are already set");
        assert_eq!(host.lines().len(), 1);
    }

    #[test]
    fn a_dry_run_and_a_bad_answer() {
        let host = Host::dry(FILES, |_, _| output(0, ""));
        let done = host.state("debconf.set", DATA);
        assert_eq!((done.result, done.changes), (None, changes("{x/b: 'New value: new'}")));
        let bad = host.state("debconf.set", "{name: x, data: {x/a: yes}}");
        assert!(bad.comment.contains("needs a 'type' and a 'value'"), "{}", bad.comment);
        assert!(host.lines().is_empty());
    }
}
