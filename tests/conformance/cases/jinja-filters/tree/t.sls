a:
  test.nop:
    - join: {{ ['a', 'b']|join(',') }}
    - replace: {{ 'a.b.c'|replace('.', '_') }}
    - int: {{ '12'|int + 1 }} 
    - int_junk: {{ 'x'|int }}
    - float: {{ '1.5'|float }}
    - round: "{{ 2.5|round }} {{ 3.7|round }} {{ 3.14159|round(2) }}"
    - lower: {{ 'ABC'|lower }}
    - title: {{ 'a bc'|title }}
    - first: {{ [1, 2]|first }}
    - last: {{ [1, 2]|last }}
    - unique: {{ [1, 2, 1]|unique }}
    - map: {{ [{'n': 'x'}, {'n': 'y'}]|map(attribute='n')|list }}
    - select: {{ [1, 2, 3, 4]|select('even')|list }}
    - reject: {{ ['a', '', 'b']|reject('equalto', '')|list }}
    - batch: {{ [1, 2, 3]|batch(2)|list }}
    - trim: "{{ '  x '|trim }}"
    - default: {{ none|default('d', true) }}
    - abs: {{ -3|abs }}
    - string: {{ 5|string ~ 'x' }}
    - indent: |
        {{ "a\nb\nc"|indent(8) }}
