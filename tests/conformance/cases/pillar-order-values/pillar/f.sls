who: f
f: 1
