{%- set made = salt['cmd.run']("cd @DIR@; printf 'top\\n# S\\nold\\n# E\\nend\\n' | tee claimed all > sourced", python_shell=True) %}
for the first:
  file.accumulated:
    - filename: @DIR@/claimed
    - text: [one, two]
    - require_in:
      - file: first
for the second:
  file.accumulated:
    - filename: @DIR@/claimed
    - text: three
    - watch_in:
      - file: second
first:
  file.blockreplace:
    - name: @DIR@/claimed
    - marker_start: '# S'
    - marker_end: '# E'
    - content: own
second:
  file.blockreplace:
    - name: @DIR@/claimed
    - marker_start: '# S'
    - marker_end: '# E'
for another:
  file.accumulated:
    - filename: @DIR@/all
    - text: "four\nfive\n"
    - require_in:
      - file: another
for another too:
  file.accumulated:
    - filename: @DIR@/all
    - text: six
    - require_in:
      - file: another
another:
  file.managed:
    - name: @DIR@/another
    - contents: x
all:
  file.blockreplace:
    - name: @DIR@/all
    - marker_start: '# S'
    - marker_end: '# E'
for a source:
  file.accumulated:
    - filename: @DIR@/sourced
    - text: seven
    - require_in:
      - file: sourced
sourced:
  file.blockreplace:
    - name: @DIR@/sourced
    - marker_start: '# S'
    - marker_end: '# E'
    - source: salt://block.jinja
mixed:
  file.accumulated:
    - filename: @DIR@/mixed
    - text: [eight, 9]
    - require_in:
      - file: into mixed
into mixed:
  file.blockreplace:
    - name: @DIR@/mixed
    - append_if_not_found: true
    - require:
      - cmd: make mixed
make mixed:
  cmd.run:
    - name: echo x > @DIR@/mixed
what is there now:
  cmd.run:
    - name: cd @DIR@; cat claimed all sourced
