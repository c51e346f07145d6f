before: {test.nop: [{prereq: [{test: t}]}]}
