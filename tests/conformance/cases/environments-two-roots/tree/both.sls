both: {test.nop: [{from: first}]}
