extend: {a: {test: {comment: x}}}
a: {test.nop: []}
