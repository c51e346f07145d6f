who: b
b: 1
