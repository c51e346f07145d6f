{% from 'm.jinja' import nothere %}
a:
  test.nop:
    - defined: {{ nothere is defined }}
