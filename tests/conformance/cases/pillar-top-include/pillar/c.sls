c: 1
x: c
