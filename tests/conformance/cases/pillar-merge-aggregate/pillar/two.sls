list: [2]
map: {b: 2}
