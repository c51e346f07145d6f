many:
  test.succeed_with_changes:
    - names: [a, b]
listens:
  test.nop:
    - names: [x, y]
    - listen: [{test: b}]
by-id: {test.nop: [{listen: [{test: many}]}]}
plain: {test.nop: [{listen: [many]}]}
plain-name: {test.nop: [{listen: [a]}]}
