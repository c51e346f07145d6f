#jinja2: trim_blocks: true
a:
  test.nop:
    - name: {{ nope }}
