//! Whole trees, from text to plan.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use common::value::{Map, Value, map};

use super::catalogue::{Catalogue, Signature};
use super::tree::Tree as Sources;
use super::{Depth, Plan, assemble, load, show, top, wanted};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::testing::{Book, Tree, context, output};

/// `test.nop` and `test.show`, which take anything, and `cmd.run` with typed arguments; `cmd` alone can watch.
struct Few;

impl Catalogue for Few {
    fn signature(&self, function: &str) -> Option<Signature> {
        match function {
            "test.nop" | "test.show" => {
                Some(Signature { parameters: &["name"], swallows: true, watches: false })
            }
            "cmd.run" => {
                Some(Signature { parameters: &["name", "cwd", "runas"], swallows: false, watches: true })
            }
            _ => None,
        }
    }
    fn functions(&self) -> Vec<&'static str> {
        vec!["cmd.run", "test.nop", "test.show"]
    }
    fn modules(&self) -> Vec<&'static str> {
        vec!["cmd", "test"]
    }
}

fn host(tree: Tree, opts: Map) -> Arc<Context> {
    let host = context(tree, Arc::new(Book::new(|_| output(0, ""))), map([("role", "proxy".into())]), false);
    let Ok(mut host) = Arc::try_unwrap(host) else { panic!("nobody else has it") };
    host.opts = Arc::new(opts);
    Arc::new(host)
}

fn compile(context: &Arc<Context>) -> Result<Plan, Vec<Diagnostic>> {
    let mut tree = Sources::new(context).ordered();
    let result = if context.files.lookup("base", "top.sls").unwrap().is_some() {
        top::matches(&mut tree).and_then(|matches| {
            let loaded = load::Loader::new(&mut tree).load(&matches);
            assemble(context, loaded, &Few, Depth::Whole).into_plan()
        })
    } else {
        let loaded = load::Loader::new(&mut tree).load(&wanted(context, &["t".into()]));
        assemble(context, loaded, &Few, Depth::Whole).into_plan()
    };
    result.map_err(|errors| tree.illustrate(errors))
}

fn compiled(files: &[(&str, &str)]) -> Plan {
    compile(&host(Tree::new(files), Map::new())).unwrap_or_else(|errors| panic!("{}", all(&errors)))
}

fn errors(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    compile(&host(Tree::new(files), Map::new())).expect_err("it should not compile")
}

fn all(errors: &[Diagnostic]) -> String {
    errors.iter().map(|error| format!("{error}\n")).collect()
}

/// The chunks with what they wait for: `id: kind[id, id]`.
fn waits(plan: &Plan) -> Vec<String> {
    let named = |index: &usize| plan.chunks[*index].id.clone();
    let chunks = plan.chunks.iter().map(|chunk| {
        let requisites = chunk.requisites.iter().map(|requisite| {
            format!(
                " {}[{}]",
                requisite.kind,
                requisite.targets.iter().map(named).collect::<Vec<_>>().join(" ")
            )
        });
        format!("{}:{}", chunk.id, requisites.collect::<String>())
    });
    chunks.collect()
}

#[test]
fn requisites_become_positions() {
    let plan = compiled(&[
        (
            "t.sls",
            "include: [b]\na:\n  test.nop:\n    - require: [{test: c}, b1, {sls: b}]\nc: {test.nop: [{name: /c}]}\nd:\n  cmd.run:\n    - name: x\n    - watch: [{test: /c}]\n    - require: [{test: 'b*'}]\n    - order: first\n",
        ),
        ("b.sls", "b1: {test.nop: []}\nb2: {test.nop: []}\n"),
    ]);
    assert_eq!(waits(&plan), ["d: require[b1 b2] watch[c]", "b1:", "b2:", "a: require[c b1 b2]", "c:"]);
}

#[test]
fn a_watch_on_what_cannot_watch_is_a_require() {
    let plan = compiled(&[(
        "t.sls",
        "a: {test.nop: [{watch: [{cmd: b}]}, {require: [{cmd: c}]}, {watch_any: [{cmd: c}]}]}\nb: {cmd.run: []}\nc: {cmd.run: []}\n",
    )]);
    assert_eq!(waits(&plan)[0], "a: require[c b] require_any[c]");
    // What is shown stays as it was written.
    assert!(common::value::get(&plan.chunks[0].arguments, "watch").is_some());
}

#[test]
fn reversed_requisites_reach_their_targets() {
    let plan = compiled(&[
        (
            "t.sls",
            "base: {test.nop: [{name: /x}]}\na: {test.nop: [{require_in: [{test: base}]}, {onchanges_in: {test: /x}}]}\nb: {cmd.run: [{prereq_in: [base]}, {listen_in: [{test: base}]}]}\nc: {test.nop: [{require_in: [{sls: t2}]}]}\ninclude: [t2]\n",
        ),
        ("t2.sls", "q: {test.nop: []}\n"),
    ]);
    assert_eq!(
        waits(&plan),
        ["q: require[c]", "base: require[a] prereq[b] onchanges[a] listen[b]", "a:", "b:", "c:"]
    );
}

#[test]
fn disabled_requisites_are_not_resolved() {
    let tree = Tree::new(&[("t.sls", "a: {test.nop: [{require: [{test: nothing}]}]}\n")]);
    let plan = compile(&host(tree, map([("disabled_requisites", vec!["require"].into())]))).unwrap();
    assert_eq!(waits(&plan), ["a:"]);
}

#[test]
fn errors_name_place_and_cure() {
    for (text, expected) in [
        (
            "a:\n  test.nup: []\n",
            "t.sls:2:3: state function `test.nup` does not exist (did you mean `test.nop`?)\n",
        ),
        (
            "a:\n  tset.nop: []\n",
            "t.sls:2:3: state module `tset` does not exist (in `tset.nop`) (did you mean `test.nop`?)\n",
        ),
        (
            "a:\n  cmd.run:\n    - nmae: x\n    - onlyfi: true\n",
            "t.sls:3:7: `cmd.run` has no argument `nmae` (did you mean `name`?)\n\
             t.sls:4:7: `cmd.run` has no argument `onlyfi` (did you mean `onlyif`?)\n",
        ),
        (
            "a: {test.nop: []}\nb:\n  test.nop:\n    - require:\n      - test: aa\n",
            "t.sls:5:15: there is no `test` state 'aa', which `require` names (did you mean `- test: a`?)\n",
        ),
        (
            "a: {test.nop: []}\nb:\n  test.nop:\n    - require:\n      - cmd: a\n",
            "t.sls:5:9: there is no `cmd` state 'a', which `require` names (the state 'a' is one of `test`: write \
             `- test: a`)\n",
        ),
        (
            "a:\n  test.nop:\n    - require: [{test: b}]\nb:\n  test.nop:\n    - require: [{test: a}]\n",
            "t.sls:5:3: requisites run in a circle (take one of these requisites away)\n",
        ),
        (
            "include: [wbe]\na: {test.nop: []}\n",
            "t.sls:1:11: there is no SLS 'wbe' in environment base: neither wbe.sls nor wbe/init.sls (did you mean \
             `web`?)\n",
        ),
    ] {
        let found = errors(&[("t.sls", text), ("web.sls", "")]);
        let told = found.iter().map(|error| {
            let place = error.place.as_ref().unwrap();
            format!("{place}: {} ({})\n", error.message, error.help.as_deref().unwrap())
        });
        assert_eq!(told.collect::<String>(), expected, "{text}");
    }
}

#[test]
fn a_file_that_does_not_load_hides_nothing_else() {
    let found = errors(&[
        ("top.sls", "base: {'*': [a, b, c]}\n"),
        ("a.sls", "a: {test.nop: [\n"),
        ("b.sls", "b: {test.nup: []}\nbb: {test.nop: {}}\n"),
        ("c.sls", "c: {test.nop: [{require: [{test: a}]}]}\n"),
    ]);
    let places: Vec<_> = found.iter().map(|error| error.place.as_ref().unwrap().file.to_string()).collect();
    // What the third requires may well be in the first.
    assert_eq!(places, ["a.sls", "b.sls", "b.sls"], "{}", all(&found));
    assert!(found[0].notes.iter().any(|note| note == "included from top.sls:1:14"), "{}", found[0]);
}

#[test]
fn independent_errors_come_together() {
    let found = errors(&[(
        "t.sls",
        "a: {test.nup: []}\nb: {cmd.run: [{foo: 1}]}\nc: {test.nop: [{require: [{test: z}]}]}\n",
    )]);
    assert_eq!(found.len(), 3, "{}", all(&found));
    let found =
        errors(&[("t.sls", "a: 5\nb: {test.nop: {}}\nc: {test: []}\n1: {test.nop: []}\ninclude: [nope]\n")]);
    assert_eq!(found.len(), 5, "{}", all(&found));
}

#[test]
fn ids_are_unique_across_files() {
    let found =
        errors(&[("t.sls", "include: [b]\nx: {test.nop: []}\n"), ("b.sls", "# b\nx: {test.nop: []}\n")]);
    let shown = all(&found);
    assert!(shown.contains("--> b.sls:2:1") && shown.contains("::: t.sls:2:1"), "{shown}");
}

#[test]
fn extensions_change_other_files() {
    let files = [
        (
            "t.sls",
            "include: [b]\nextend:\n  /web:\n    test.show:\n      - text: new\n      - require: [{test: y}]\n    cmd.run: []\ny: {test.nop: []}\n",
        ),
        (
            "b.sls",
            "web: {test.nop: [{name: /web}, {text: old}, {require: [{test: x}]}]}\nx: {test.nop: []}\n",
        ),
    ];
    let plan = compiled(&files);
    assert_eq!(waits(&plan), ["web: require[x y]", "x:", "y:", "web:"]);
    let web = &plan.chunks[0];
    assert_eq!((web.fun.as_str(), web.name.as_str()), ("show", "/web"));
    assert_eq!(common::value::get(&web.arguments, "text"), Some(&"new".into()));
}

#[test]
fn the_top_file_says_what_a_host_gets() {
    let mut tree = Tree::new(&[
        (
            "top.sls",
            "base:\n  '*': [a, g.*, {dev: d}]\n  'fp-* and G@os:Debian': [b]\n  'role:proxy': [{match: pillar}, a]\n  'cm-*': [c]\nqa: {'*': [q]}\n",
        ),
        ("a.sls", ""),
        ("b.sls", ""),
        ("c.sls", ""),
        ("g/x.sls", ""),
        ("g/y/init.sls", ""),
    ]);
    tree.put("dev", "top.sls", "dev: {'*': [d2]}\nbase: {'*': [nope]}\n");
    tree.put("dev", "d.sls", "");
    tree.put("qa", "top.sls", "qa: {'*': [nope]}\n");
    tree.put("qa", "q.sls", "");
    let host = host(tree, Map::new());
    let shown = show::top(&host).unwrap();
    assert_eq!(shown.to_string(), "{'base': ['a', 'g.*', 'b', 'a'], 'dev': ['d', 'd2'], 'qa': ['q']}");
}

#[test]
fn a_bad_top_file_is_an_error() {
    for (text, part) in [
        ("base: {'*': a}\n", "what the top file gives '*' is the text 'a'"),
        ("base:\n", "environment 'base' of the top file is empty"),
        ("- a\n", "is not a map of environments"),
        ("base: {'os:x': [{match: grian}, a]}\n", "there is no match type 'grian'"),
        ("base: {'*': [nope]}\n", "there is no SLS 'nope'"),
        ("qq: {'*': [a]}\n", "there is no environment 'qq'"),
        ("include: tops\n", "include of the top file is the text 'tops'"),
        ("include: [5]\n", "an item of the top file's include is the number 5"),
        ("base: {'*': [{}, a]}\n", "an item of '*' in the top file is an empty map"),
    ] {
        let shown = all(&errors(&[("top.sls", text), ("a.sls", "")]));
        assert!(shown.contains(part) && shown.contains("--> top.sls:1"), "{text}: {shown}");
    }
}

#[test]
fn a_host_without_anything_is_told_so() {
    let tree = Tree::new(&[("top.sls", "base: {'cm-*': [a]}\n"), ("a.sls", "")]);
    let found = super::highstate(&host(tree, Map::new())).expect_err("nothing matches");
    assert_eq!(found[0].salt.as_deref(), Some(super::NO_TOP_MATCH));
    assert_eq!(found[0].message, "no target of the top file means this host");
}

#[test]
fn show_low_sls_is_salts() {
    let host = host(
        Tree::new(&[("t.sls", "a:\n  test.nop:\n    - names: [x, {y: [{text: own}]}]\n    - text: all\n")]),
        Map::new(),
    );
    let shown = show::low_sls(&host, &["t".into()]).unwrap();
    let text = shown.to_string();
    assert_eq!(
        text,
        "[{'state': 'test', 'name': 'x', '__sls__': 't', '__env__': 'base', '__id__': 'a', 'text': 'all', 'order': \
         10000.0001, 'fun': 'nop'}, {'state': 'test', 'name': 'y', '__sls__': 't', '__env__': 'base', '__id__': 'a', \
         'text': 'own', 'order': 10000.0002, 'fun': 'nop'}]"
    );
}

#[test]
fn bounds_hold() {
    let mut tree = Tree::new(&[]);
    for number in 0..300 {
        let next = number + 1;
        let name = if number == 0 { "t.sls".into() } else { format!("s{number}.sls") };
        tree.put("base", &name, &format!("include: [s{next}]\ni{number}: {{test.nop: []}}\n"));
    }
    tree.put("base", "s300.sls", "");
    let found = compile(&host(tree, Map::new())).expect_err("too deep");
    assert!(found[0].message.contains("nested more than"), "{}", all(&found));
}

/// A chain of requisites as long as any tree's must not exhaust the stack, nor take quadratic time.
#[test]
fn large_trees_compile_quickly() {
    let mut text = String::new();
    for number in 0..5_000 {
        let after =
            if number == 0 { String::new() } else { format!("{{require: [{{test: s{}}}]}}", number - 1) };
        writeln!(text, "s{number}: {{test.nop: [{after}]}}").unwrap();
    }
    let host = host(Tree::new(&[("t.sls", text.as_str())]), Map::new());
    let start = Instant::now();
    let plan = compile(&host).unwrap();
    assert_eq!(plan.chunks.len(), 5_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert_eq!(plan.chunks[4_999].requisites[0].targets.len(), 1);
}

#[test]
fn show_highstate_keeps_what_was_written() {
    let host = host(
        Tree::new(&[
            ("top.sls", "base: {'*': [t]}"),
            ("t.sls", "include: [b]\nexclude: [{id: x}]\nextend: {y: {test.nop: [{a: 1}]}}\na: test.nop\n"),
            ("b.sls", "y: {test.nop: []}\n"),
        ]),
        Map::new(),
    );
    let shown = show::highstate(&host).unwrap();
    let keys: Vec<String> = shown.as_map().unwrap().keys().map(Value::to_string).collect();
    assert_eq!(keys, ["__extend__", "__exclude__", "a", "y"]);
    assert_eq!(shown.traverse("y:__sls_included_from__:0", ":"), Some(&"t".into()));
}
