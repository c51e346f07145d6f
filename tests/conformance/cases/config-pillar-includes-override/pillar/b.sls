x: b
m: {a: 2, b: 2}
