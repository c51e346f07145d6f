z: {test.nop: [{order: 1}]}
a: {test.nop: [{order: 1}]}
m: {cmd.run: [{name: 'true'}, {order: 1}]}
