//! Snippets and what Salt's own Jinja prints for them.

use std::sync::Arc;

use common::value::{Map, Value, map};

use crate::language::render_template;
use crate::testing::{Book, Tree, context, output};

fn print(text: &str) -> String {
    let tree = Tree::new(&[
        ("data.yaml", "a: {{ 1 + 1 }}\nb: [x]\n"),
        ("lib/seen.jinja", "{% set seen = k|default('none') ~ ' ' ~ tpldir %}"),
        ("again.jinja", "{% include 'again.jinja' %}"),
        ("map.jinja", "{% load_yaml as m %}\nk: [1]\n{% endload %}"),
    ]);
    let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), map([("p", Value::Int(1))]), false);
    match render_template(&context, "base", "t", text, &Map::new()) {
        Ok(text) => text,
        Err(error) => format!("ERROR {}", error.message),
    }
}

#[test]
fn prints_what_python_prints() {
    for (text, printed) in [
        ("{{ [1, 'a', None, 1e20, 'it\\'s'] }}", "[1, 'a', None, 1e+20, \"it's\"]"),
        ("{{ ('t',) }} {{ (1, 2.0) }}", "('t',) (1, 2.0)"),
        ("{{ {'b': 1, 'a': 'x\\ny', 'c': ['x\\ny']} }}", "{'b': 1, 'a': \"x\\ny\", 'c': ['x\\ny']}"),
        ("{{ {'a': 1}.keys() }} {{ {'a': 1}.items() }}", "dict_keys(['a']) dict_items([('a', 1)])"),
        ("{{ 10 / 2 }} {{ 10 // 3 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }}", "5.0 3 -4 1 2"),
        ("{{ 1e100 }} {{ 1e-7 }} {{ 0.1 + 0.2 }}", "1e+100 1e-07 0.30000000000000004"),
        ("{{ range(3) }} {{ range(1, 9, 3)|list }} {{ range(5, 0, -2)[1] }}", "range(0, 3) [1, 4, 7] 3"),
        ("{{ 1 }}\n\n\n", "1\n\n\n"),
        ("{{ [1]|select }} {{ ''.upper }}", "<generator object> <built-in method upper of str object>"),
        ("[\n{% if true %}\nin\n{% endif %}\n]\n", "[\n\nin\n\n]\n"),
    ] {
        assert_eq!(print(text), printed, "{text}");
    }
}

#[test]
fn lists_and_dicts_can_be_changed() {
    for (text, printed) in [
        ("{% set l = [] %}{% do l.append(1) %}{% do l.extend([2, 3]) %}{{ l }}", "[1, 2, 3]"),
        (
            "{% set d = {} %}{% do d.update({'a': 1}) %}{% set _ = d.setdefault('b', []) %}{% do d.b.append(2) %}{{ d }}",
            "{'a': 1, 'b': [2]}",
        ),
        ("{% set a = [1] %}{% set b = a %}{% do b.append(2) %}{{ a }}", "[1, 2]"),
        (
            "{% set a = [1] %}{% set b = a + [5] %}{% do a.append(2) %}{% do b.append(6) %}{{ a }}{{ b }}",
            "[1, 2][1, 5, 6]",
        ),
        (
            "{% set a = 'x y'.split() %}{% do a.append('z') %}{{ a|join('-') }}{{ a.pop(0) }}{{ a[-1] }}",
            "x-y-zxz",
        ),
        (
            "{% set a = [3, 1, 2] %}{% do a.sort() %}{{ a }}{{ a[::-1] }}{{ a[1:] }}",
            "[1, 2, 3][3, 2, 1][2, 3]",
        ),
        ("{% set a = [] %}{% do a.append(a) %}", "ERROR append: a list cannot be put into itself"),
    ] {
        let printed_here = print(text);
        assert!(
            printed_here == printed || printed.starts_with("ERROR") && printed_here.starts_with("ERROR"),
            "{text}: {printed_here}"
        );
    }
}

#[test]
fn salts_tags_and_tuples() {
    for (text, printed) in [
        ("{% for x in 'a', 'b' %}{{ x }}{% endfor %}", "ab"),
        ("{% for x in 1, 2, 3 if x > 1 %}{{ x }}{% endfor %}", "23"),
        ("{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"),
        ("{% load_yaml as x %}\na: [1, 0755]\n{% endload %}{{ x.a[1] }}", "755"),
        ("{% load_json as x %}{\"a\": 1}{% endload %}{{ x }}", "{'a': 1}"),
        ("{% import_yaml 'data.yaml' as d %}{{ d }}", "{'a': 2, 'b': ['x']}"),
        ("{% import_text 'data.yaml' as d %}{{ d }}", "a: 2\nb: [x]"),
        ("{% from 'map.jinja' import m with context %}{% do m.k.append(2) %}{{ m }}", "{'k': [1, 2]}"),
        ("{% set k = 1 %}{% from 'lib/seen.jinja' import seen %}{{ seen }}", "none lib"),
        ("{% set k = 1 %}{% import 'lib/seen.jinja' as s without context %}{{ s.seen }}", "none lib"),
        (
            "{% import 'map.jinja' as a %}{% do a.m.k.append(2) %}{% from 'map.jinja' import m %}{{ m.k }}",
            "[1, 2]",
        ),
        ("{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, b=3) }}", "1(2,){'b': 3}"),
        (
            "{{ '2020-01-02'|strftime('%d.%m.%y') }} {{ '2020/01/02 03:04'|strftime('%H:%M') }}",
            "02.01.20 03:04",
        ),
        ("{% profile as 'x' %}y{% endprofile %}", "y"),
        ("{{ '%s-%02d' % ('a', 7) }} {{ 'x%s' % 1 }} {{ '%(k)s' % {'k': 'v'} }}", "a-07 x1 v"),
        ("{{ [1, 2]|length % 2 }}{{ 3 * 5 % 4 }}{{ 1 + 7 % 4 }}{{ +1 }}", "0341"),
        ("{% raw %}{{ x % y }}{% endraw %}", "{{ x % y }}"),
        ("{{ 'a' in salt }}{{ 'p' in pillar }}{{ pillar.get('q', 7) }}", "FalseTrue7"),
    ] {
        assert_eq!(print(text), printed, "{text}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    for (text, part) in [
        ("{{ x|nosuch }}", "nosuch"),
        ("{% for x in range(9) %}", "end"),
        ("{{ raise('own words') }}", "own words"),
        ("{% include 'nosuch' %}", "nosuch"),
        ("{{ salt['no.such']() }}", "salt['no.such']"),
        ("{{ 'a'.nomethod() }}", "nomethod"),
        ("{% for a in range(99999) %}{% set b = range(99999) %}{% endfor %}", "runs too long"),
    ] {
        let printed = print(text);
        assert!(printed.starts_with("ERROR") && printed.contains(part), "{text}: {printed}");
    }
}

#[test]
fn bounds_end_what_would_not() {
    for (text, part) in [
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
        (
            "{% macro m(n) %}{% for i in [1] %}{% if n %}{% with a = n %}{{ m(a) }}{% endwith %}{% endif %}{% endfor %}{% endmacro %}{{ m(1) }}",
            "recursion",
        ),
        ("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", "recursion"),
        ("{% include 'again.jinja' %}", "recursion"),
        ("{{ 'x' * 10**9 }}", "bytes"),
        ("{{ [0] * 10**9 }}", "items"),
        ("{{ range(10**9) }}", "Range too big"),
        ("{{ 10 ** 1000 }}", "128 bits"),
        ("{{ '%0999999999d' % 1 }}", "wide"),
        ("{{ '{:>999999999}'.format(1) }}", "wide"),
        // A pattern that would take longer than anybody waits.
        ("{{ ('a' * 60 ~ '!')|regex_match('(a|aa)+\\\\1$') }}", "backtracking"),
    ] {
        let printed = print(text);
        assert!(printed.starts_with("ERROR") && printed.contains(part), "{text}: {printed}");
    }
}

#[test]
fn errors_name_the_file_they_are_in() {
    let tree = Tree::new(&[("lib/m.jinja", "{% macro m() %}\n{{ nope }}\n{% endmacro %}")]);
    let context = context(tree, Arc::new(Book::new(|_| output(0, ""))), Map::new(), false);
    let text = "a\n{% from 'lib/m.jinja' import m %}\n\n{{ m() }}";
    let error = render_template(&context, "base", "t", text, &Map::new()).unwrap_err();
    let place = error.place.unwrap();
    assert_eq!((&*place.file, place.line), ("lib/m.jinja", 2));
    assert_eq!(error.notes, ["in the macro `m`", "reached from t:4"]);
}
