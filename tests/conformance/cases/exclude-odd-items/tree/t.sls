include: [u]
exclude: [3, {id: b, sls: u}, {name: b}, {id: 3}, null]
a: {test.nop: []}
