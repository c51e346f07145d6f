{%- set files = {
  'between': 'start\nend\n', 'filled': '  start\nold\nend\n', 'there': 'start\nnew\nend\n',
  'after': '\tone\ntwo\n', 'after-last': 'one', 'before': 'one\n  two\n', 'before-first': 'one\ntwo\n', 'again': 'one\nnew\ntwo\n',
  'insert-between': 'start\nx\ny\nend\n', 'insert-after': '  one\ntwo\n', 'insert-before': 'zero\n  one\n',
  'start': '  one\n', 'end': 'one\n  two', 'end-newline': 'one\n', 'start-empty': '', 'end-empty': '', 'middle': 'one\n',
  'replace': '\ta=1\na=2\n', 'replace-content': 'x.y\nz\n', 'replace-nothing': 'a\n', 'replace-empty': '',
  'delete': 'here\naway\nstay away\naway\n', 'delete-content': 'a\nb\n', 'delete-nothing': 'a\n',
  'crlf-first': 'a\r\nb\r\n', 'crlf-second': 'a\r\nb\r\nc\r\n', 'two-lines': 'a\nb\n', 'hidden': 'a\n', 'cr': 'a\rb\r'
} %}
{%- for name, text in files.items() %}
{%- set made = salt['cmd.run']('printf %s "$TEXT" > @DIR@/' ~ name, env={'TEXT': text}, python_shell=True) %}
{%- endfor %}
{%- set states = {
  'between': {'mode': 'ensure', 'content': 'new', 'after': 'start', 'before': 'end'},
  'filled': {'mode': 'ensure', 'content': 'new', 'after': 'start', 'before': 'end'},
  'there': {'mode': 'ensure', 'content': 'new', 'after': 'start', 'before': 'end'},
  'after': {'mode': 'ensure', 'content': 'new', 'after': '^\\s*one'},
  'after-last': {'mode': 'Ensure', 'content': 'new', 'after': 'one'},
  'before': {'mode': 'ensure', 'content': 'new', 'before': 'two', 'indent': False},
  'before-first': {'mode': 'ensure', 'content': 'new', 'before': 'one'},
  'again': {'mode': 'ensure', 'content': 'new', 'before': 'two'},
  'insert-between': {'mode': 'insert', 'content': 'new', 'after': 'start', 'before': 'end'},
  'insert-after': {'mode': 'insert', 'content': 'new', 'after': 'one'},
  'insert-before': {'mode': 'insert', 'content': 'new', 'before': 'one'},
  'start': {'mode': 'insert', 'content': 'new', 'location': 'start', 'before': 'nowhere'},
  'end': {'mode': 'insert', 'content': 'new', 'location': 'end'},
  'end-newline': {'mode': 'insert', 'content': 'new', 'location': 'end'},
  'start-empty': {'mode': 'insert', 'content': 'new', 'location': 'start'},
  'end-empty': {'mode': 'insert', 'content': 'new', 'location': 'end'},
  'middle': {'mode': 'insert', 'content': 'new', 'location': 'middle'},
  'replace': {'mode': 'replace', 'content': 'b=3', 'match': '^\\s*a='},
  'replace-content': {'mode': 'replace', 'content': 'x.y'},
  'replace-nothing': {'mode': 'replace', 'content': 'x', 'match': 'q'},
  'replace-empty': {'mode': 'replace', 'content': 'x', 'match': '('},
  'delete': {'mode': 'delete', 'match': 'away'},
  'delete-content': {'mode': 'delete', 'content': 'a'},
  'delete-nothing': {'mode': 'delete', 'match': 'q'},
  'crlf-first': {'mode': 'ensure', 'content': 'new', 'after': 'a'},
  'crlf-second': {'mode': 'ensure', 'content': 'new', 'after': 'b'},
  'two-lines': {'mode': 'ensure', 'content': 'x\n  y', 'after': 'a'},
  'hidden': {'mode': 'ensure', 'content': 'new', 'after': 'a', 'show_changes': False},
  'cr': {'mode': 'ensure', 'content': 'new', 'after': 'b'},
} %}
{%- for name, arguments in states.items() %}
{{ name }}:
  file.line:
    - name: @DIR@/{{ name }}
{%- for key, value in arguments.items() %}
    - {{ key }}: {{ value | json }}
{%- endfor %}
{%- endfor %}
what is there now:
  cmd.run:
    - name: cd @DIR@; for name in *; do echo "$name"; od -c "$name"; done
