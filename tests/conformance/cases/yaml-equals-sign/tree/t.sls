a:
  test.nop:
    - key: {=: 1, a: 2}
    - text: !!str {=: x, y: z}
    - tagged: {!!value k: 1}
    - quoted: '='
