both: {test.nop: [{from: second}]}
