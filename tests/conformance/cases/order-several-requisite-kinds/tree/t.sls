a:
  test.nop:
    - watch: [{test: w}]
    - require: [{test: r1}, {test: r2}]
    - onchanges: [{test: o}]
o: {test.succeed_with_changes: []}
w: {test.nop: []}
r2: {test.nop: []}
r1: {test.nop: []}
