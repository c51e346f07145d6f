web:
  test.nop:
    - context:
        port: 80
        host: a
        port: 81
