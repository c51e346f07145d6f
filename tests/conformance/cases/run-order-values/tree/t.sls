z: {test.nop: []}
last: {test.nop: [{order: last}]}
first: {test.nop: [{order: first}]}
minus: {test.nop: [{order: -1}]}
minus-three: {test.nop: [{order: -3}]}
two: {test.nop: [{order: 2}]}
half: {test.nop: [{order: 1.5}]}
text: {test.nop: [{order: '1'}]}
pulled: {test.nop: [{order: 1}, {require: [{test: late}]}]}
late: {test.nop: [{order: last}]}
