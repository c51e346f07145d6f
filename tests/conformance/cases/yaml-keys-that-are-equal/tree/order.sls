a: {b: {c: !unknown 1}}
d: {}
d: {}
