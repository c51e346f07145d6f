//! What templates are rewritten to.

use super::rewrite;

#[test]
fn rewrites_what_the_engine_lacks() {
    for (before, after) in [
        ("{% for a in b, 'c' if a %}", "{% for a in (b, 'c') if a %}"),
        ("{% set x = [1] %}", "{% set x = __own(__list([1])) %}"),
        ("{% set x = 1, {} %}", "{% set x = __own((1, __dict({}))) %}"),
        ("{{ a[1] + [2][0] }}", "{{ a[1] + __list([2])[0] }}"),
        ("{{ [1]|length % 2 }}", "{{ __mod(__list([1])|length , 2) }}"),
        ("{{ 1 + 2 * a % b|c == d }}", "{{ 1 + __mod(2 * a , b|c) == d }}"),
        ("{{ f(+1, -2) }}", "{{ f( 1, -2) }}"),
        ("{% do x.append(1) %}", "{% do __do(x.append(1)) %}"),
        ("{%- load_yaml as x -%}", "{%- set  x | load_yaml -%}"),
        ("{% endload %}", "{% endset %}"),
        (
            "{% import_json p ~ '.json' as x with context %}",
            "{% set __file = p ~ '.json'  %}{% set x | load_json(__file) %}{% with %}{% include __file %}{% endwith %}{% endset %}",
        ),
        ("{% from 'm' import a with context %}", "{% from 'm' import a with context %}"),
        ("{% include 'm' %}", "{% with %}{% include 'm' %}{% endwith %}"),
        ("{%- include ['m'] -%}", "{%- with %}{% include __list(['m']) %}{% endwith -%}"),
        (
            "{% include 'm' ignore missing with context %}",
            "{% with %}{% include 'm'  ignore missing %}{% endwith %}",
        ),
        (
            "{% macro m(a) %}{{ varargs }}{% endmacro %}",
            "{% macro m(a, varargs=none) %}{{ varargs }}{% endmacro %}{% set m = __variadic(m, true, false) %}",
        ),
        (
            "{% macro m() -%}{% for x in kwargs %}{% endfor %}{%- endmacro -%}",
            "{% macro m(kwargs=none) -%}{% for x in kwargs %}{% endfor %}{%- endmacro %}{% set m = __variadic(m, false, true) -%}",
        ),
        (
            "{% macro m(kwargs) %}{{ kwargs }}{{ f(varargs=1) }}{% endmacro %}{{ varargs }}",
            "{% macro m(kwargs) %}{{ kwargs }}{{ f(varargs=1) }}{% endmacro %}{{ varargs }}",
        ),
        ("\n{{ l|random }}", "\n{{ l|random(2) }}"),
        ("{% profile as 'x' %}", "{% with %}"),
    ] {
        assert_eq!(rewrite(before), after);
    }
}

#[test]
fn leaves_the_rest_alone() {
    for text in [
        "a: [1] % {b: 2}",
        "{# [1] % 2 #}",
        "{% raw %}{{ [1] }}{% endraw %}",
        "{{ 'a % [1]' }}",
        "{{ broken ['",
    ] {
        assert_eq!(rewrite(text), text);
    }
}

#[test]
fn lines_stay() {
    let text = "{% set x = [\n1,\n2\n] %}\r\n{% import_yaml\n'f' as y %}\n{% from 'f'\nimport a,\n b as c -%}\n{% import\n'f'\nas d\n%}\n{{ {\n'a':\n1} }}\n";
    let lines = |text: &str| text.matches('\n').count();
    assert_eq!(lines(&rewrite(text)), lines(text));
}
