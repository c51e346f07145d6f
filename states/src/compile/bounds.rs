//! Input that would never end, or would take all memory or stack, through the whole compile: each is stopped at a bound,
//! and the error names it, with the file and the line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::value::map;

use super::sls;
use crate::context::Context;
use crate::testing::{Book, Tree, context, output};

/// What any of these may take in a build without optimization, on a busy machine. Without a bound none of them ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// The stack of the thread that compiles: what a thread gets when nobody asks for more.
const STACK: usize = 2 << 20;

fn host(files: &[(&str, &str)]) -> Arc<Context> {
    context(Tree::new(files), Arc::new(Book::new(|_| output(0, ""))), map([("a", 1.into())]), false)
}

fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

/// Compiles `t` of a tree and sees that it fails at `place` (`t.sls:3`) with an error that says `words`.
#[track_caller]
fn stops(files: &[(&str, &str)], place: &str, words: &str) {
    let host = host(files);
    let start = Instant::now();
    let errors = on_a_small_stack(move || sls(&host, &["t".into()]));
    let errors = errors.expect_err("it goes past a bound");
    let error = &errors[0];
    assert!(error.message.contains(words), "{error}");
    let at = error.place.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(at == place || at.starts_with(&format!("{place}:")), "{at} is not {place}: {error}");
    assert!(error.to_string().len() < 10_000, "{} bytes of error", error.to_string().len());
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

/// The same for one file.
#[track_caller]
fn stops_alone(text: &str, line: u32, words: &str) {
    stops(&[("t.sls", text)], &format!("t.sls:{line}"), words);
}

#[test]
fn loops_that_do_not_end() {
    let steps = "more steps than any tree needs";
    stops_alone(
        "a: 1\n{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}\n\
         {% endfor %}{% endfor %}{% endfor %}\n",
        2,
        steps,
    );
    stops_alone("{% set l = ['x'] %}\n{% for i in l %}{% do l.append(i) %}{% endfor %}\n", 2, steps);
    stops_alone("{% set l = ['x'] %}\n{% for i in range(100) %}{% do l.extend(l) %}{% endfor %}\n", 2, "");
    stops_alone(
        "{% set ns = namespace(t='x') %}\n{% for i in range(100) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}\n",
        2,
        "bytes",
    );
}

#[test]
fn recursion_that_does_not_end() {
    stops_alone("{% macro m(x) %}\n{{ m(x) }}\n{% endmacro %}\n{{ m(1) }}\n", 2, "recursion");
    stops_alone("{% set l = [[]] %}\n{% for x in l recursive %}{{ loop(l) }}{% endfor %}\n", 2, "recursion");
    stops_alone("a: 1\n{% include 't.sls' %}\n", 2, "recursion");
    stops_alone("a: 1\n{% extends 't.sls' %}\n", 2, "recursion");
    stops(
        &[("t.sls", "{% from 'a.jinja' import x %}\n"), ("a.jinja", "\n{% from 't.sls' import y %}\n")],
        "t.sls:1",
        "recursion",
    );
    stops_alone("{{ salt['slsutil.renderer']('salt://t.sls') }}\n", 1, "deep");
}

#[test]
fn includes_in_a_circle_end_and_long_chains_are_stopped() {
    let files: Vec<_> = (0..110)
        .map(|number| {
            let name = if number == 0 { "t.sls".into() } else { format!("s{number}.sls") };
            (name, format!("include:\n  - s{}\n", number + 1))
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    stops(&files, "s100.sls:2", "more than 100 deep");
    let circle = [("t.sls", "include: [u]\na:\n  test.nop: []\n"), ("u.sls", "include: [t, u]\n")];
    let host = host(&circle);
    assert_eq!(sls(&host, &["t".into()]).unwrap().chunks.len(), 1);
}

#[test]
fn values_too_large_to_make() {
    let steps = "more steps than any tree needs";
    stops_alone("a: 1\nb: {{ 'x' * 10**9 }}\n", 2, "");
    stops_alone("a: 1\nb: {{ [0] * 10**9 }}\n", 2, "");
    stops_alone("a: 1\nb: {{ 10 ** 1000 }}\n", 2, "");
    stops_alone("a: 1\nb: {{ range(10**12) }}\n", 2, "Range too big");
    stops_alone("a: 1\nb: {{ range(10**12)|list }}\n", 2, "Range too big");
    stops_alone("a: 1\nb: {{ '%1000000000d' % 1 }}\n", 2, "");
    stops_alone("a: 1\nb: {{ 'x'.center(10**10) }}\n", 2, "");
    stops_alone("a: 1\nb: {{ '{:>1000000000}'.format(1) }}\n", 2, "");
    stops_alone("a: 1\nb: {{ 'x'.replace('x', 'y' * 1000000).replace('y', 'z' * 1000000) }}\n", 2, "");
    stops_alone("a: 1\nb: {{ ('\\n' * 1000000)|indent(1000, true, true) }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ('\\t' * 1000000).expandtabs(1000000) }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ['x' * 100000]|map('replace', '', 'y' * 1000)|list }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ('x' * 1000000)|regex_replace('', 'y' * 1000) }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ('x' * 1000000).join('y' * 1000) }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ['x' * 1000000] * 1000 }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ (['x' * 1000000] * 1000)|json }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ (['x' * 1000000] * 1000)|yaml }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ([[0] * 1000] * 100000)|sum(start=[]) }}\n", 2, "");
    stops_alone("a: 1\nb: {{ range(20000)|list|difference(range(20000)|list) }}\n", 2, steps);
    stops_alone("a: 1\nb: {{ ('%(a)s' * 1000)|format(a='x' * 1000000) }}\n", 2, "bytes");
    stops_alone("a: 1\nb: {{ ('{a}' * 1000).format(a='x' * 1000000) }}\n", 2, "bytes");
    let output = "a: 1\n{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}\n";
    stops_alone(output, 2, "bytes");
}

#[test]
fn expressions_and_tags_nested_too_deep() {
    let deep = "nested more than";
    let many = 20_000;
    for (open, inside, close) in [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("{1:", "1", "}"),
        ("not ", "1", ""),
        ("-", "1", ""),
        ("f(", "1", ")"),
        ("x[", "1", "]"),
    ] {
        let text = format!("a: 1\nb: {{{{ {}{inside}{} }}}}\n", open.repeat(many), close.repeat(many));
        stops_alone(&text, 2, deep);
    }
    for (open, close) in [
        ("{% if 1 %}", "{% endif %}"),
        ("{% for x in [1] %}", "{% endfor %}"),
        ("{% with %}", "{% endwith %}"),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% set x %}", "{% endset %}"),
        ("{% macro m() %}", "{% endmacro %}"),
        ("{% load_yaml as x %}", "{% endload %}"),
    ] {
        stops_alone(&format!("a: 1\n{}{}\n", open.repeat(10_000), close.repeat(10_000)), 2, deep);
    }
}

#[test]
fn chains_within_nests_do_not_take_the_stack() {
    // Neither is long or deep by itself.
    let mut text = String::from("1");
    for _ in 0..90 {
        text = format!("({text}{})", " + 1".repeat(190));
    }
    stops_alone(&format!("a: 1\nb: {{{{ {text} }}}}\n"), 2, "nested more than");
    let calls = format!("{}m(n){}", "(".repeat(20), ")".repeat(20));
    let tags = ("{% if 1 %}".repeat(40), "{% endif %}".repeat(40));
    let text =
        format!("{{% macro m(n) %}}{}\n{{{{ {calls} }}}}{}{{% endmacro %}}{{{{ m(1) }}}}", tags.0, tags.1);
    stops_alone(&format!("a: 1\n{text}\n"), 3, "recursion");
}

#[test]
fn values_nested_without_end() {
    let many = "{% for i in range(6000) %}";
    for (start, step, ends) in [
        ("v=[]", "set ns.v = [ns.v]", "deep"),
        ("v={}", "set ns.v = {'k': ns.v}", "deep"),
        ("v=1", "set ns.v = namespace(v=ns.v)", "deep"),
        ("v=()", "set ns.v = (ns.v,)", "deep"),
        // These are made, and dropped, which must not go as deep as they are.
        ("v=1", "set ns.v = {'k': ns.v}.values()", "the state 'a'"),
        ("v=1", "set ns.v = [ns.v]|map('default', 1)", "the state 'a'"),
        ("v=1", "set ns.v = cycler(ns.v, 1)", "the state 'a'"),
        ("v=1", "set ns.v = [ns.v].append", "the state 'a'"),
    ] {
        let text = format!("{{% set ns = namespace({start}) %}}{many}{{% {step} %}}{{% endfor %}}\na: 1\n");
        stops_alone(&text, if ends == "deep" { 1 } else { 2 }, ends);
    }
    // From the outside in, nobody can see how deep it is.
    let deep = format!(
        "{{% set v = [] %}}{{% set w = [] %}}{{% set ns = namespace(v=v, w=w) %}}{many}{{% set x = [] %}}\
         {{% set y = [] %}}{{% do ns.v.append(x) %}}{{% do ns.w.append(y) %}}{{% set ns.v = x %}}{{% set ns.w = y %}}\
         {{% endfor %}}\n"
    );
    let uses = [
        "{{ v }}",
        "{{ v == w }}",
        "{{ v < w }}",
        "{{ [v]|unique }}",
        "{{ v|yaml }}",
        "{{ v|pprint }}",
        "{{ v in [w] }}",
        "{{ v|json }}",
        "{{ v|python }}",
        "{% do [].append(v) %}",
        "{{ [v, w]|sort }}",
        "{{ v|flatten }}",
        "{{ salt['test.echo'](v) }}",
        "{{ [v].index(w) }}",
        "{{ '%s'|format(v) }}",
        "{{ {'r': v}|xml }}",
        "{{ v|tojson }}",
        "{{ [v]|join }}",
        "{{ v|string|length }}",
        "{{ [v]|difference([w]) }}",
        "{{ 'x' ~ v }}",
    ];
    for use_of in uses {
        stops_alone(&format!("{deep}b: {use_of}\n"), 2, "");
    }
    // What is shared sixty times over is small, and without end for who walks through it.
    let shared = deep
        .replace("100000", "60")
        .replace("append(x)", "extend([x, x])")
        .replace("append(y)", "extend([y, y])");
    for use_of in uses {
        stops_alone(&format!("{shared}b: {use_of}\n"), 2, "");
    }
}

#[test]
fn what_holds_itself_does_not_wait_for_itself() {
    for text in [
        "{% set a = [[1]] %}{% do a.remove(a) %}",
        "{% set d = {} %}{% do d.setdefault(d, 1) %}",
        "{% set d = {} %}{% do d.pop(d) %}",
        "{% set d = {} %}{{ d[d] + 1 }}",
        "{% set d = {} %}{% do d.update([[d, 1]]) %}",
        "{% set d = {} %}{{ {'a': d}.values() in d }}",
        "{% set d = {} %}{% do d.setdefault(namespace(d=d), 1) %}",
    ] {
        stops_alone(&format!("a: 1\n{text}\n"), 2, "");
    }
}

#[test]
fn memory_has_a_bound() {
    let made = "makes more than";
    for text in [
        "{% set l = [] %}{% for i in range(100000) %}{% do l.append('x' * 100000 ~ i) %}{% endfor %}",
        "{% set l = [] %}{% for i in range(100000) %}{% do l.append([i] * 100000) %}{% endfor %}",
        "{% set l = [] %}{% for i in range(100000) %}{% set x %}{{ 'x' * 100000 }}{% endset %}{% do l.append(x) %}{% endfor %}",
    ] {
        stops_alone(&format!("a: 1\n{text}\n"), 2, made);
    }
}

#[test]
fn a_rendering_leaves_nothing_behind() {
    let text = "{% set f = salt %}{% macro m() %}{{ caller() }}{% endmacro %}{% set ns = namespace(l=1) %}\n\
                {% for x in [[]] recursive %}{% set ns.l = loop %}{% call m() %}{% set s = self %}{% endcall %}{% endfor %}\n\
                {% from 'm.jinja' import n with context %}{% import 'm.jinja' as o %}{{ n() }}\na:\n  test.nop: []\n";
    let host = host(&[("t.sls", text), ("m.jinja", "{% set g = salt %}{% macro n() %}{% endmacro %}")]);
    sls(&host, &["t".into()]).unwrap();
    assert_eq!(Arc::strong_count(&host), 1);
}

#[test]
fn long_chains_of_operators_do_not_take_the_stack() {
    // These have no bound but the size of a file, and end well or with an error; what they must not do is overflow.
    for text in [
        format!("{{{{ 1{} }}}}", " + 1".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " ~ 1".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " and 1".repeat(20_000)),
        format!("{{{{ 2{} }}}}", " ** 1".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " % 7".repeat(20_000)),
        format!("{{{{ 'x'{} }}}}", "|upper".repeat(20_000)),
        format!("{{{{ x{} }}}}", ".y".repeat(20_000)),
        format!("{{{{ x{} }}}}", "[0]".repeat(20_000)),
        format!("{{{{ x{} }}}}", "()".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(20_000)),
        format!("{{{{ 1{} }}}}", " < 2".repeat(20_000)),
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(20_000)),
    ] {
        let host = host(&[("t.sls", &text)]);
        on_a_small_stack(move || drop(sls(&host, &["t".into()])));
    }
}

#[test]
fn yaml_that_is_too_deep_or_stands_for_too_much() {
    let deep = "more than 200 deep";
    stops_alone(&format!("#!yaml\na: {}", "[".repeat(20_000)), 2, deep);
    stops_alone(&format!("#!yaml\na: {}", "{a: ".repeat(20_000)), 2, deep);
    stops_alone(&format!("#!yaml\n{}x", "- ".repeat(20_000)), 2, deep);
    let mut bomb = String::from("#!yaml\na0: &a0 [x, x]\n");
    for level in 1..60 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    stops_alone(&bomb, 20, "more than 1000000 values");
    let mut merges = String::from("#!yaml\nm0: &m0 {a: 1}\n");
    for level in 1..60 {
        merges.push_str(&format!("m{level}: &m{level}\n  <<: [*m{0}, *m{0}]\n", level - 1));
    }
    // To Salt a key that two merged maps share stands twice.
    stops_alone(&merges, 2, "twice");
    stops_alone("a: 1\n{% load_yaml as x %}\n{{ '[' * 1000 }}\n{% endload %}\n", 2, "200 deep");
    stops_alone(&format!("#!json\n{}", "[".repeat(20_000)), 2, "recursion limit");
}

#[test]
fn files_too_large_to_read() {
    let large = "#".repeat(50 << 20);
    let host = host(&[("t.sls", &large), ("u.sls", "{% include 't.sls' %}\n")]);
    let error = |name: &str| sls(&host, &[name.into()]).unwrap_err()[0].to_string();
    assert!(error("t").contains("t.sls of environment base has 52428800 bytes"), "{}", error("t"));
    assert!(error("u").contains("u.sls:1"), "{}", error("u"));
    assert!(error("u").contains("52428800 bytes"), "{}", error("u"));
}

#[test]
fn regular_expressions_that_explode() {
    let text = "{{ ('a' * 60 ~ 'b')|regex_search('(?=(a+)+$)(a|aa)+$') }}\n";
    stops_alone(&format!("a: 1\n{text}"), 2, "");
    stops_alone("a: 1\n{{ 'x'|regex_match('(((x{900}){900}){900})') }}\n", 2, "");
}
