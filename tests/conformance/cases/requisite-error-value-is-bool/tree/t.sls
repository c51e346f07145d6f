'yes': {test.nop: []}
b: {test.nop: [{watch: [{test: yes}]}]}
