{% from './map.jinja' import m %}a:
  test.nop:
    - m: {{ m }}
    - dir: {{ tpldir }}
