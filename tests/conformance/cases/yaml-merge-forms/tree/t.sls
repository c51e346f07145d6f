a:
  test.nop:
    - p: &p {a: 1, b: 1}
    - q: &q {c: 2, d: 2}
    - own-wins: {<<: *p, a: 9}
    - own-first: {z: 0, <<: *p}
    - list: {<<: [*p, *q]}
    - two-keys: {<<: *p, <<: *q}
    - nested: &n {<<: {<<: *p, e: 3}, f: 4}
    - of-nested: {<<: *n, b: 5}
    - inline: {<<: {x: 1}}
    - empty: {<<: {}, y: 1}
    - none: {<<: [], y: 1}
    - quoted: {'<<': text}
    - itself: &i {<<: *i, k: 1}
    - text-and-number: {<<: {1: a}, '1': b}
