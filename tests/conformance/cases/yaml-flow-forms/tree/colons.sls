a:
  test.nop:
    - a: {b:1}
    - c: [d:e, f: g]
    - h: {"i":1}
    - j: [http://k:80/]
    - l: {m: , n}
    - o: {p: {q: [r, {s: t}]}}
