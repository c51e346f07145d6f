a:
  test.nop:
    - x: {{ range(100000)|length }}
