m: {a: 1, l: [1, 2], s: x}
only-one: 1
l: [1, 2]
d: {x: 1}
