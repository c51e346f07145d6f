a: {test.nop: [{name: n}]}
b: {test.nop: [{name: n}]}
extend: {n: {test: [{comment: x}]}}
