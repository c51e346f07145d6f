#!yaml
a:
  test.nop:
    - name: {{ x }}
