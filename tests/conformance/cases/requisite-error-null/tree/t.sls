a: {test.nop: []}
b: {test.nop: [{onfail: null}]}
