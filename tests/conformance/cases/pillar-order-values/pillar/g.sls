who: g
g: 1
