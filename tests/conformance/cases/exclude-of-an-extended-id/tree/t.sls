include: [u]
exclude: [{id: b}]
extend: {b: {test: [{comment: x}]}}
a: {test.nop: [{require_in: [{test: b}]}]}
