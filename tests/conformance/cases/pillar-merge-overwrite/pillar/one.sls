map: {a: 1}
keep: 1
