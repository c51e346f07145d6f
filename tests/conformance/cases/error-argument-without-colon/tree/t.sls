a:
  test:
    - succeed_with_changes
    - comment hello there
