a: {test.nop: []}
last: {test.nop: [{order: last}]}
b: {test.nop: []}
first: {test.nop: [{order: first}]}
five: {test.nop: [{order: 5}]}
minus: {test.nop: [{order: -1}]}
half: {test.nop: [{order: 1.5}]}
text: {test.nop: [{order: '1'}]}
c: {test.nop: []}
