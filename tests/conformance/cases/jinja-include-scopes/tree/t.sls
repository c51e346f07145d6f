{% set colour = 'red' %}
a:
  test.nop:
{% load_text as text %}one {{ colour }}{% endload %}
{% import_text 'plain.txt' as plain %}
    - text: {{ text }}
    - plain: {{ plain|trim }}
{% set inner = 'before' %}
{% include 'sets.jinja' %}
    - after: {{ inner }} {{ fresh is defined }}
{% with inner = 'with' %}{% set colour = 'pink' %}
    - with: {{ inner }} {{ colour }}{% endwith %}
    - outside: {{ inner }} {{ colour }}
{% block body %}
    - block: {{ colour }}{% endblock %}
{% if true %}{% set branch = 'set' %}{% endif %}
    - branch: "{{ branch }}"
{% set listed = [] %}{% for i in range(3) %}{% do listed.append(i) %}{% set branch = i %}{% endfor %}
    - listed: "{{ listed }} {{ branch }}"
{% macro deep(n) %}{{ n }}{% if n %}{{ deep(n - 1) }}{% endif %}{% endmacro %}
    - deep: "{{ deep(20) }}"
{% macro lister(items) %}{% for i in items %}[{{ i }}{{ caller(i) if caller is defined else '' }}]{% endfor %}{% endmacro %}
    - called: "{% call(i) lister(['a', 'b']) %}={{ i }}{{ colour }}{% endcall %}"
    - none: "{{ lister(['a']) }}"
    - loops: "{% for k in [1, 1, 2] %}{{ loop.changed(k) }}{{ loop.first }}{{ loop.revindex0 }}{% if not loop.last %}{{ loop.nextitem }}{% endif %} {% endfor %}"
    - recursive: "{% for n in [{'v': 1, 'c': [{'v': 2, 'c': []}]}] recursive %}{{ n.v }}({{ loop(n.c) }}{{ loop.depth }}){% endfor %}"
