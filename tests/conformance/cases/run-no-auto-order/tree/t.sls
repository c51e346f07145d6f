c: {test.nop: []}
a: {test.nop: [{name: zz}]}
b: {test.succeed_with_changes: []}
d: {test.nop: [{order: 1}]}
e: {test.nop: [{names: [y, x]}]}
