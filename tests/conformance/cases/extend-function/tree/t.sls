include: [b]
extend:
  web:
    test: [succeed_with_changes]
