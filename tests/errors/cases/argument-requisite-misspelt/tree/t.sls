x:
  user.present:
    - requires:
      - test: y
y:
  test.nop: []
