include: [b]
extend:
  nginx:
    test.nop:
      - text: extended
