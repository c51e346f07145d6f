b: 1
x: b
