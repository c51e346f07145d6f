a: {test.nop: [{watch_in: [{cmd: b}]}]}
b: {test.nop: []}
