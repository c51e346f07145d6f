{%- set states = {
  'no-mode': {'content': 'x'},
  'no-content': {'mode': 'ensure', 'after': 'a'},
  'other-mode': {'mode': 'change', 'content': 'x'},
  'no-place': {'mode': 'insert', 'content': 'x'},
  'no-place-ensure': {'mode': 'ensure', 'content': 'x'},
  'not-found': {'mode': 'insert', 'content': 'x', 'after': 'q'},
  'not-found-ensure': {'mode': 'ensure', 'content': 'x', 'after': 'q', 'before': 'r'},
  'found-twice': {'mode': 'ensure', 'content': 'x', 'after': 'a'},
  'found-twice-before': {'mode': 'insert', 'content': 'x', 'before': 'a', 'after': 'b'},
  'too-much-between': {'mode': 'ensure', 'content': 'x', 'after': 'b', 'before': 'e'},
  'wrong-order': {'mode': 'ensure', 'content': 'x', 'after': 'e', 'before': 'b'},
  'not-a-pattern': {'mode': 'delete', 'match': '('},
  'content-is-not-a-pattern': {'mode': 'insert', 'content': 'f(', 'location': 'end'},
} %}
{%- for name, arguments in states.items() %}
{%- set made = salt['cmd.run']('printf "a1\\na2\\nb\\nc\\nd\\ne\\n" > @DIR@/' ~ name, python_shell=True) %}
{{ name }}:
  file.line:
    - name: @DIR@/{{ name }}
{%- for key, value in arguments.items() %}
    - {{ key }}: {{ value | json }}
{%- endfor %}
{%- endfor %}
no-name:
  file.line:
    - name: ''
    - mode: delete
relative:
  file.line:
    - name: a/b
    - mode: delete
missing:
  file.line:
    - name: @DIR@/missing
    - mode: delete
    - match: a
    - quiet: true
directory:
  file.line:
    - name: @DIR@
    - mode: delete
    - match: a
quiet directory:
  file.line:
    - name: @DIR@
    - mode: delete
    - match: a
    - quiet: true
