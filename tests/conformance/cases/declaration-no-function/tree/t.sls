a:
  test:
    - text: x
