nobody:
  file.accumulated:
    - filename: @DIR@/out
    - text: x
an id alone:
  file.accumulated:
    - filename: @DIR@/out
    - text: x
    - require_in:
      - alone
an id with the word:
  file.accumulated:
    - filename: @DIR@/out
    - text: x
    - require_in:
      - profile
a command:
  file.accumulated:
    - filename: @DIR@/out
    - text: x
    - watch_in:
      - cmd: true it is
not a list:
  file.accumulated:
    - filename: @DIR@/out
    - text: x
    - require_in: {file: listed}
no text:
  file.accumulated:
    - filename: @DIR@/out
    - text: ~
    - require_in:
      - file: empty
a number:
  file.accumulated:
    - filename: @DIR@/out
    - text: 5
    - require_in:
      - file: numbered
empty text:
  file.accumulated:
    - filename: @DIR@/out
    - text: ''
    - require_in:
      - file: profile
empty list:
  file.accumulated:
    - filename: @DIR@/out
    - text: []
    - require_in:
      - file: profile
{%- for id in ['alone', 'listed', 'empty', 'numbered', 'profile'] %}
{{ id }}:
  file.managed:
    - name: @DIR@/{{ id }}
    - contents: x
{%- endfor %}
true it is:
  cmd.run:
    - name: 'true'
