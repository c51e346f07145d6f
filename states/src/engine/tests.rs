//! Whole runs of hand-made plans.

use std::sync::{Arc, Mutex};

use common::value::{Map, Value, get, map};

use super::{Entry, Observer, Report, Silent, run};
use crate::compile::{Chunk, Plan, Reaction, Requisite};
use crate::context::Context;
use crate::testing::{Book, Tree, context, output};

/// A state of a plan, `a test.nop` or `a test.nop name`.
pub(super) fn state(text: &str) -> Chunk {
    let words: Vec<_> = text.split(' ').collect();
    let (module, function) = words[1].split_once('.').unwrap();
    Chunk {
        state: module.into(),
        fun: function.into(),
        name: words.get(2).unwrap_or(&words[0]).to_string(),
        id: words[0].into(),
        sls: "s".into(),
        saltenv: "base".into(),
        order: Value::Int(10_000),
        arguments: Map::new(),
        requisites: Vec::new(),
        place: None,
    }
}

impl Chunk {
    pub(super) fn needs(mut self, kind: &str, targets: &[usize]) -> Self {
        self.requisites.push(Requisite { kind: kind.into(), targets: targets.into() });
        self
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.arguments.insert(key.into(), value.into());
        self
    }
}

pub(super) const CHANGES: &str = "test.succeed_with_changes";
pub(super) const FAILS: &str = "test.fail_without_changes";
pub(super) const NOP: &str = "test.nop";

fn host(test: bool) -> Arc<Context> {
    let processes = Book::new(|line| output(i32::from(line.contains("false")), "out"));
    context(Tree::new(&[]), Arc::new(processes), Map::new(), test)
}

/// A plan of these states, each `listen` of which is a reaction.
pub(super) fn plan(chunks: Vec<Chunk>) -> Plan {
    let listens = chunks.iter().enumerate().flat_map(|(index, chunk)| {
        let listens = chunk.requisites.iter().filter(|requisite| requisite.kind == "listen");
        listens.map(move |requisite| Reaction {
            to: requisite.targets.clone(),
            fires: vec![index],
            missing: None,
        })
    });
    Plan { reactions: listens.collect(), chunks, warnings: Vec::new() }
}

pub(super) fn execute(chunks: Vec<Chunk>, test: bool) -> Report {
    run(&plan(chunks), &host(test), &mut Silent)
}

/// The report as a reader would note it down: `id result comment`.
pub(super) fn brief(report: &Report) -> Vec<String> {
    let line = |entry: &Entry| format!("{} {} {}", entry.id, Value::from(entry.result), entry.comment);
    report.entries.iter().map(line).collect()
}

pub(super) fn ids(report: &Report) -> Vec<&str> {
    report.entries.iter().map(|entry| entry.id.as_str()).collect()
}

pub(super) fn entry<'a>(report: &'a Report, id: &str) -> &'a Entry {
    report.entries.iter().find(|entry| entry.id == id).unwrap()
}

pub(super) fn of(text: &str, function: &str) -> Chunk {
    state(&format!("{text} {function}"))
}

#[test]
fn requisites_run_first_depth_first_kind_after_kind() {
    let chunks = vec![
        of("a", NOP).needs("watch", &[3]).needs("require", &[2]),
        of("b", NOP),
        of("c", NOP).needs("require", &[4]),
        of("d", NOP),
        of("e", NOP),
    ];
    let report = execute(chunks, false);
    assert_eq!(ids(&report), ["e", "c", "d", "a", "b"]);
    assert_eq!(report.entries.iter().map(|entry| entry.run_num).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let count = 5_000;
    let chain = (0..count).map(|index| {
        let chunk = of(&format!("s{index}"), NOP);
        if index + 1 < count { chunk.needs("require", &[index + 1]) } else { chunk }
    });
    let report = execute(chain.collect(), false);
    assert_eq!((report.entries.len(), report.entries[0].id.as_str()), (count, "s4999"));
}

#[test]
fn a_circle_fails_and_the_run_ends() {
    let chunks = vec![of("a", NOP).needs("require", &[1]), of("b", NOP).needs("require", &[0]), of("c", NOP)];
    assert_eq!(
        brief(&execute(chunks, false)),
        ["b False Recursive requisite found", "a False One or more requisite failed: s.b", "c True Success!"]
    );
}

#[test]
fn skipped_and_failed_states_say_why() {
    let chunks = vec![
        of("ok", NOP),
        of("bad", FAILS),
        of("r", NOP).needs("require", &[0, 1]),
        of("c", NOP).needs("onchanges", &[0]),
        of("f", NOP).needs("onfail", &[0]),
        of("g", NOP).needs("onfail", &[1]),
        of("h", NOP).needs("onchanges", &[3]),
        of("i", NOP).needs("require", &[4]),
    ];
    let report = execute(chunks, false);
    assert_eq!(
        brief(&report),
        [
            "ok True Success!",
            "bad False Failure!",
            "r False One or more requisite failed: s.bad",
            "c True State was not run because none of the onchanges reqs changed",
            "f True State was not run because onfail req did not change",
            "g True Success!",
            "h True State was not run because none of the onchanges reqs changed",
            "i True Success!",
        ]
    );
    for id in ["r", "c", "f"] {
        assert_eq!(get(&entry(&report, id).extra, "__state_ran__"), Some(&false.into()), "{id}");
    }
    assert!(entry(&report, "g").extra.is_empty());
}

#[test]
fn an_entry_has_salts_shape() {
    let report = execute(vec![state("a test.succeed_with_changes n")], false);
    let value = report.to_value();
    let entry = value.traverse("test_|-a_|-n_|-succeed_with_changes", ":").unwrap().as_map().unwrap();
    let keys: Vec<_> = entry.keys().map(ToString::to_string).collect();
    let expected = [
        "name",
        "changes",
        "result",
        "comment",
        "__sls__",
        "__run_num__",
        "start_time",
        "duration",
        "__id__",
    ];
    assert_eq!(keys, expected);
    let time = get(entry, "start_time").unwrap().to_string();
    assert!(time.len() == 15 && time.as_bytes()[8] == b'.', "{time}");
}

#[test]
fn a_watch_fires_when_the_state_itself_changed_nothing() {
    let chunks = vec![
        of("t", CHANGES),
        of("w", NOP).needs("watch", &[0]),
        of("own", CHANGES).needs("watch", &[0]),
        of("quiet", NOP).needs("watch", &[1]).needs("require", &[1]),
        state("run cmd.wait x").needs("watch", &[0]),
        of("guarded", NOP).needs("watch", &[0]).with("unless", "true"),
    ];
    let report = execute(chunks, false);
    let fired = entry(&report, "w");
    assert_eq!(fired.comment, "Watch statement fired.");
    assert_eq!(fired.changes, map([("Requisites with changes", vec!["test: t"].into())]));
    assert_eq!((fired.tag.as_str(), fired.run_num), ("test_|-w_|-w_|-nop", 2), "two calls, two numbers");
    assert_eq!(entry(&report, "own").comment, "Success!");
    assert_eq!(entry(&report, "quiet").comment, "Watch statement fired.", "what mod_watch did counts");
    assert_eq!(entry(&report, "run").comment, "Command \"x\" run");
    assert_eq!(entry(&report, "guarded").comment, "unless condition is true");
    assert_eq!(get(&entry(&report, "guarded").extra, "skip_watch"), Some(&true.into()));
}

#[test]
fn a_watch_does_not_fire_without_changes_or_for_a_skipped_state() {
    let chunks = vec![
        of("t", NOP),
        of("skipped", CHANGES).needs("onchanges", &[0]),
        of("w", NOP).needs("watch", &[0, 1]),
    ];
    assert_eq!(entry(&execute(chunks, false), "w").comment, "Success!");
}

#[test]
fn prereq_runs_before_what_would_change() {
    let chunks = vec![of("target", CHANGES), of("before", CHANGES).needs("prereq", &[0])];
    let report = execute(chunks, false);
    assert_eq!(brief(&report), ["before True Success!", "target True Success!"]);
    assert_eq!(entry(&report, "target").run_num, 1, "a dry run takes no number");

    let chunks = vec![of("target", NOP), of("before", CHANGES).needs("prereq", &[0])];
    assert_eq!(brief(&execute(chunks, false)), ["before True No changes detected", "target True Success!"]);

    let chunks = vec![of("target", FAILS), of("before", CHANGES).needs("prereq", &[0])];
    assert_eq!(
        brief(&execute(chunks, false)),
        [
            "before False One or more requisite failed: s.target",
            "target False If we weren't testing, this would be a failure!"
        ]
    );
}

#[test]
fn what_a_failed_prereq_holds_back_is_shown_as_foreseen() {
    let chunks = vec![of("target", CHANGES), of("before", FAILS).needs("prereq", &[0])];
    let report = execute(chunks, false);
    let target = entry(&report, "target");
    assert_eq!((target.result, target.changes.len()), (None, 0));
    assert_eq!(target.comment, "If we weren't testing, this would be successful with changes");
}

#[test]
fn prereqs_chain() {
    let chain = |last: &str| {
        vec![of("c", last), of("b", CHANGES).needs("prereq", &[0]), of("a", CHANGES).needs("prereq", &[1])]
    };
    assert_eq!(ids(&execute(chain(CHANGES), false)), ["a", "b", "c"]);
    let quiet = execute(chain(NOP), false);
    assert_eq!(entry(&quiet, "a").comment, "No changes detected");
    assert_eq!(entry(&quiet, "b").comment, "No changes detected");
}

#[test]
fn the_target_of_a_prereq_may_require_the_state_that_goes_before_it() {
    let chunks =
        vec![of("target", CHANGES).needs("require", &[1]), of("before", CHANGES).needs("prereq", &[0])];
    assert_eq!(brief(&execute(chunks, false)), ["before True Success!", "target True Success!"]);
}

#[test]
fn prereq_sees_a_watch_that_would_fire_only_if_what_is_watched_is_yet_to_run() {
    let chunks = |last: bool| {
        let config = |order: i64| Chunk { order: order.into(), ..of("config", CHANGES) };
        let service = of("service", NOP).needs("watch", &[if last { 2 } else { 0 }]);
        let before = of("before", NOP).needs("prereq", &[1]);
        if last { vec![before, service, config(3)] } else { vec![config(1), service, before] }
    };
    assert_eq!(entry(&execute(chunks(true), false), "before").comment, "Success!");
    assert_eq!(entry(&execute(chunks(false), false), "before").comment, "No changes detected");
}

#[test]
fn listeners_fire_once_at_the_end() {
    let chunks = vec![
        of("l", NOP).needs("listen", &[1, 2, 3]).needs("require", &[4]),
        of("t", CHANGES),
        of("u", CHANGES),
        of("quiet", NOP),
        of("r", NOP),
        of("deaf", NOP).needs("listen", &[3]),
    ];
    let report = execute(chunks, false);
    let last = report.entries.last().unwrap();
    assert_eq!(last.tag, "test_|-listener_l_|-l_|-mod_watch");
    assert_eq!((last.id.as_str(), last.run_num), ("listener_l", 6));
    assert_eq!(last.changes, map([("Requisites with changes", Value::List(Vec::new()))]));
    assert_eq!(report.entries.len(), 7);
}

#[test]
fn failhard_stops_the_run_but_not_the_listeners() {
    let chunks = || {
        vec![
            of("t", CHANGES),
            of("l", NOP).needs("listen", &[0]),
            of("bad", FAILS).with("failhard", true),
            of("after", NOP),
        ]
    };
    assert_eq!(ids(&execute(chunks(), false)), ["t", "l", "bad", "listener_l"]);
    assert_eq!(ids(&execute(chunks(), true)), ["t", "l", "bad", "after", "listener_l"], "not in a dry run");

    let soft = || vec![of("bad", FAILS), of("after", NOP)];
    assert_eq!(ids(&execute(soft(), false)), ["bad", "after"]);
    let mut context = host(false);
    Arc::get_mut(&mut context).unwrap().opts = Arc::new(map([("failhard", true.into())]));
    let plan = plan(soft());
    assert_eq!(ids(&run(&plan, &context, &mut Silent)), ["bad"]);

    let pulled = vec![
        of("first", NOP).needs("require", &[2]),
        of("second", NOP),
        of("bad", FAILS).with("failhard", true),
    ];
    assert_eq!(ids(&execute(pulled, false)), ["bad"]);
}

#[test]
fn guards_stop_a_state_in_a_dry_run_too() {
    let chunks = || vec![of("a", CHANGES).with("onlyif", "false"), of("b", CHANGES).with("onlyif", "true")];
    for test in [false, true] {
        let report = execute(chunks(), test);
        let stopped = entry(&report, "a");
        assert_eq!((stopped.result, stopped.comment.as_str()), (Some(true), "onlyif condition is false"));
        assert!(stopped.changes.is_empty() && get(&stopped.extra, "__state_ran__").is_none());
        assert_eq!(entry(&report, "b").changes.len(), 1);
    }
}

#[test]
fn check_cmd_has_the_last_word() {
    let chunks =
        vec![of("a", NOP).with("check_cmd", vec!["false"]), of("b", FAILS).with("check_cmd", vec!["true"])];
    assert_eq!(
        brief(&execute(chunks, false)),
        ["a False check_cmd determined the state failed", "b True check_cmd determined the state succeeded"]
    );
}

#[test]
fn retry_tells_of_each_attempt() {
    let retry = || Value::from(map([("attempts", Value::from(3)), ("interval", 0.into())]));
    let report = execute(vec![of("a", FAILS).with("retry", retry()), of("b", NOP)], false);
    let attempt = |number| {
        format!("Attempt {number}: Returned a result of \"False\", with the following comment: \"Failure!\"")
    };
    assert_eq!(entry(&report, "a").comment, format!("{}\n{}\nFailure!", attempt(1), attempt(2)));
    assert_eq!((entry(&report, "a").run_num, entry(&report, "b").run_num), (2, 3));

    let dry = execute(vec![of("a", NOP).with("retry", retry())], true);
    assert_eq!(
        dry.entries[0].comment,
        "Success!  The state would be retried every 0 seconds (with a splay of up to 0 seconds) a maximum of 3 times \
         or until a result of True is returned"
    );
    assert_eq!(execute(vec![of("a", NOP).with("retry", retry())], false).entries[0].comment, "Success!");
}

#[test]
fn a_function_gets_its_own_arguments_alone() {
    let chunk =
        state("a cmd.run x").with("runas", "ops").with("order", 1).with("retry", false).with("own", 1);
    assert_eq!(execute(vec![chunk], false).entries[0].result, Some(true));
    let wrong = of("a", "test.configurable_test_state").with("coment", "x");
    assert_eq!(
        execute(vec![wrong], false).entries[0].comment,
        "'coment' is an invalid keyword argument for 'test.configurable_test_state'"
    );
    let ordered = of("a", "test.configurable_test_state").with("order", 1).with("failhard", false);
    assert_eq!(execute(vec![ordered], false).entries[0].result, Some(true));
}

#[test]
fn arguments_may_be_slots() {
    let chunks = vec![
        of("a", CHANGES).with("comment", "__slot__:salt:test.echo('a b') ~ c"),
        state("b cmd.run __slot__:salt:test.echo(ls)"),
    ];
    let report = execute(chunks, false);
    assert_eq!(entry(&report, "a").comment, "a bc");
    assert_eq!(
        (entry(&report, "b").name.as_str(), entry(&report, "b").comment.as_str()),
        ("ls", "Command \"ls\" run")
    );
    assert_eq!(entry(&report, "b").tag, "cmd_|-b_|-__slot__:salt:test.echo(ls)_|-run");
}

#[test]
fn secrets_stay_hidden() {
    let report = execute(vec![of("a", CHANGES).with("no_log", true)], false);
    let hidden = &report.entries[0];
    assert_eq!((hidden.name.as_str(), hidden.comment.as_str()), ("**********", "**********"));
    let testing = map([("old", "**********".into()), ("new", "**********".into())]);
    assert_eq!(hidden.changes, map([("testing", testing.into())]));
}

#[test]
fn what_is_not_there_fails_alone() {
    let chunks = vec![of("a", "test.nope"), of("b", NOP), state("c cmd.run x").with("umask", "9")];
    assert_eq!(
        brief(&execute(chunks, false)),
        [
            "a False State 'test.nope' was not found in SLS 's'\nReason: 'test.nope' is not available.\n",
            "b True Success!",
            "c False Invalid umask: 9\n",
        ]
    );
}

#[test]
fn a_panic_fails_one_state() {
    let processes = Book::new(|line| {
        assert_ne!(line, "boom", "a bug");
        output(0, "")
    });
    let context = context(Tree::new(&[]), Arc::new(processes), Map::new(), false);
    let plan = plan(vec![state("a cmd.run boom"), of("b", NOP)]);
    let report = run(&plan, &context, &mut Silent);
    assert!(
        entry(&report, "a").comment.starts_with("An exception occurred in this state: cmd.run has a bug")
    );
    assert_eq!(entry(&report, "b").result, Some(true));
}

#[test]
fn what_another_file_state_manages_is_not_cleaned_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["kept", "stray"] {
        std::fs::write(path(name), "old").unwrap();
    }
    let mut directory = of("d", "file.directory").with("clean", true).needs("watch", &[1]);
    directory.name = folder.path().to_str().unwrap().into();
    let mut kept = of("k", "file.managed").with("contents", "new");
    kept.name = path("kept");
    let report = execute(vec![directory, kept], false);
    assert!(report.succeeded(), "{:?}", brief(&report));
    assert_eq!(std::fs::read_to_string(path("kept")).unwrap(), "new\n");
    assert!(!std::path::Path::new(&path("stray")).exists());
}

#[test]
fn disabled_requisites_are_not_heard() {
    let mut context = host(false);
    let opts = map([("disabled_requisites", vec!["require"].into())]);
    Arc::get_mut(&mut context).unwrap().opts = Arc::new(opts);
    let plan = plan(vec![of("a", NOP).needs("require", &[1]), of("b", FAILS)]);
    assert_eq!(ids(&run(&plan, &context, &mut Silent)), ["a", "b"]);
}

#[test]
fn a_dry_run_changes_nothing_and_foresees_reactions() {
    let chunks = vec![
        of("t", CHANGES),
        state("w cmd.wait x").needs("watch", &[0]),
        of("c", CHANGES).needs("onchanges", &[0]),
    ];
    let report = execute(chunks, true);
    assert!(report.succeeded() && report.changed());
    assert_eq!(entry(&report, "t").result, None);
    assert_eq!(entry(&report, "w").comment, "Command \"x\" would have been executed");
    assert_eq!(entry(&report, "c").result, None);
}

#[test]
fn an_observer_hears_of_each_state() {
    #[derive(Default)]
    struct Notes(Mutex<Vec<String>>);
    impl Observer for Notes {
        fn started(&mut self, chunk: &Chunk) {
            self.0.lock().unwrap().push(format!("start {}", chunk.id));
        }
        fn finished(&mut self, entry: &Entry) {
            self.0.lock().unwrap().push(format!("end {}", entry.id));
        }
    }
    let chunks = vec![of("a", NOP), of("skipped", NOP).needs("onchanges", &[0])];
    let mut notes = Notes::default();
    let _ = run(&plan(chunks), &host(false), &mut notes);
    assert_eq!(*notes.0.lock().unwrap(), ["start a", "end a", "end skipped"]);
}
