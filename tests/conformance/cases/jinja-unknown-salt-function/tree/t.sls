a:
  test.nop:
    - text: {{ salt['nosuch.function']('x') }}
