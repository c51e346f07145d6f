a: &body
  test.nop:
    - text: x
b: *body
