include: [b]
extend:
  service:
    test.nop:
      - watch: [{test: conf}]
conf: {test.succeed_with_changes: []}
