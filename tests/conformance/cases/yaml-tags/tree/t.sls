a:
  test.nop:
    - text: !!str 12
    - number: !!int "12"
    - real: !!float "3"
    - truth: !!bool "yes"
