who: d
d: 1
