{% from './near.jinja' import x %}
{% from '../far.jinja' import y %}
a:
  test.nop:
    - x: {{ x }}
    - y: {{ y }}
