web: {test.nop: [{text: base}]}
