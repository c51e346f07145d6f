a: {test.nop: []}
extend: {a: {test: [{comment: x}], cmd: [{name: y}]}}
