{% set version = "1.10" %}
{% set flag = True %}
{% set token = "12e45678" %}
a:
  test.nop:
    - version: {{ version }}
    - quoted: "{{ version }}"
    - flag: {{ flag }}
    - token: {{ token }}
    - none: {{ None }}
    - list: {{ [1, 'two', True] }}
    - map: {{ {'a': 1, 'b': [1, 2]} }}
