{% set colour = 'red' %}
{% set where = 'web/lib/' %}
{% from where ~ 'names.jinja' import seen, place as spot, deep -%}
{% import 'web/lib/names.jinja' as names without context %}
{% import_yaml where ~ '%s.yaml' % 'data' as data %}
{% import_yaml 'web/lib/data.yaml' as told with context %}
{% macro inside(colour) %}{% from 'web/lib/names.jinja' import seen %}{{ seen() }}{% endmacro %}
a:
  test.nop:
    - seen: {{ seen() }}
    - top: {{ names.top }}
    - data: {{ data.colour }}
    - told: {{ told.colour }}
    - spot: {{ spot() }}
    - deep: {{ deep }}
    - inside: {{ inside('blue') }}
    - included: {% include 'web/lib/part.txt' %}
    - apart: {% include 'web/lib/part.txt' without context %}
    - missing: "{% include 'web/lib/none.txt' ignore missing without context %}"
    - mine: {{ colour }}
{% for colour in ['green', 'grey'] %}
{%- from 'web/lib/names.jinja' import seen %}
{%- set other = 'x' %}
    - loop_{{ colour }}: {{ seen() }}{{ names is defined }}
{% endfor %}
    - changed: {% do names.state.append(1) %}{{ names.state }}
{% from 'web/lib/names.jinja' import state %}
    - anew: {{ state }}
