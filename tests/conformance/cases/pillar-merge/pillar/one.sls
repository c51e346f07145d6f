map: {a: 1, b: {x: 1, y: 2}}
list: [1, 2]
scalar: one
only_one: yes
kind: {now: a map}
