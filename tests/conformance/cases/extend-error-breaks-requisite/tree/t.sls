a: {test.nop: []}
extend: {a: {test: [{require: b}]}}
