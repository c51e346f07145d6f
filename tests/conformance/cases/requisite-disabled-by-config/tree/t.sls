bad: {test.fail_without_changes: []}
loud: {test.succeed_with_changes: []}
r: {test.nop: [{require: [{test: bad}]}]}
w: {test.nop: [{watch: [{test: loud}]}]}
o: {test.nop: [{onchanges: [{test: bad}]}]}
l: {test.nop: [{listen: [{test: loud}]}]}
