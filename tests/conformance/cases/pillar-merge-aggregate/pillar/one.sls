list: [1]
map: {a: 1}
