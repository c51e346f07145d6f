who: a
a: 1
