m: {b: 2, l: [2, 3], s: [y]}
only-two: 2
l: [2, 3]
d: text
