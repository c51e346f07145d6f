{%- set many = [] %}
{%- for number in range(230) %}{% do many.append('}' if number % 4 == 3 else 'line ' ~ (number // 8)) %}{% endfor %}
{%- set pairs = {
  'beside its like': (['a', 'b'], ['a', 'a', 'b']),
  'one of two': (['t', 't'], ['n', 't']),
  'blocks': (['x {', '  a', '}', 'y {', '  b', '}'], ['x {', '  a', '}', 'z {', '  c', '}', 'y {', '  b', '}']),
  'moved': (['a', 'b', 'c', 'd', 'e'], ['d', 'e', 'a', 'b', 'c']),
  'few kinds': (['a', 'b'] * 6, ['b', 'a', 'a'] * 4),
  'many': (many, many[:40] + ['}', 'new', '}'] + many[50:120] + many[100:]),
} %}
{%- for name, texts in pairs.items() %}
{%- for text in texts %}
{{ name }} {{ loop.index }}:
  file.managed:
    - name: '@DIR@/{{ name }}'
    - contents: {{ text | json }}
{%- endfor %}
{%- endfor %}
