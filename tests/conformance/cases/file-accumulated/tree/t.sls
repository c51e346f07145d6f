one:
  file.accumulated:
    - filename: @DIR@/out
    - text: first
    - require_in:
      - file: out
two:
  file.accumulated:
    - name: one
    - filename: @DIR@/out
    - text: [second, 3, first, {k: v}, true, 1.5, ~]
    - watch_in:
      - file: out
map:
  file.accumulated:
    - names: [other, another]
    - filename: @DIR@/out
    - text: {m: n}
    - whatever: 1
    - require_in:
      - file: out
again:
  file.accumulated:
    - name: other
    - filename: @DIR@/out
    - text: {m: n}
    - require_in:
      - file: out
before:
  cmd.run:
    - name: echo it will change
    - prereq:
      - file: out
out:
  file.managed:
    - name: @DIR@/out
    - source: salt://out.jinja
    - template: jinja
    - context: {accumulator: hidden}
late:
  file.accumulated:
    - name: one
    - filename: @DIR@/out
    - text: late
    - require_in:
      - file: later
later:
  file.managed:
    - name: @DIR@/out
    - source: salt://out.jinja
    - template: jinja
contents:
  file.accumulated:
    - filename: @DIR@/contents
    - text: not seen
    - require_in:
      - file: @DIR@/contents
@DIR@/contents:
  file.managed:
    - contents: {% raw %}"{{ accumulator is defined }}"{% endraw %}
    - template: jinja
nothing gathered:
  file.managed:
    - name: @DIR@/nothing
    - source: salt://nothing.jinja
    - template: jinja
what is there now:
  cmd.run:
    - name: cat @DIR@/out @DIR@/contents @DIR@/nothing
