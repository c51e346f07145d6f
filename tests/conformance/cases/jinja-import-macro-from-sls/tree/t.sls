{% from 'macros.sls' import address, label %}
{% import 'lib/more.jinja' as more %}
a:
  test.nop:
    - address: {{ address() }}
    - label: {{ label('x') }}
    - more: {{ more.twice('ab') }}
    - value: {{ more.value }}
