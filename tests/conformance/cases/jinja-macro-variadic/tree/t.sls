{% from 'm.jinja' import both %}
{%- macro any() -%}"{{ varargs|length }} {{ kwargs|length }}"{%- endmacro -%}
{%- macro only(x, y=[1]) -%}"{{ x }} {{ y }}{% for k, v in kwargs.items() %} {{ k }}={{ v }}{% endfor %}"{%- endmacro -%}
{%- macro wrap(tag) -%}"{{ tag }} {{ caller() }} {{ varargs|join('+') }}"{%- endmacro -%}
{%- macro fall(n) -%}{{ n }}{% if varargs %}{{ fall(varargs[0]) }}{% endif %}{%- endmacro -%}
{%- macro plain(kwargs={}) -%}"{{ kwargs }}"{%- endmacro -%}
{%- macro later(a) -%}{% set kwargs = 'own' %}"{{ kwargs }}"{%- endmacro -%}
a:
  test.nop:
    - both: {{ both('a', 'b', 'c', x=1, y='z') }}
    - named: {{ both(second='b', first='a', x=none) }}
    - few: {{ both('a') }}
    - none: {{ any(1, 2, a=3) }}
    - only: {{ only(1, b=2, a=3) }}
    - wrap: {% call wrap('t', 1, 2) %}body{% endcall %}
    - fall: {{ fall(1, 2, 3) }}
    - plain: {{ plain(kwargs={'a': 1}) }}
    - later: {{ later(1) }}
