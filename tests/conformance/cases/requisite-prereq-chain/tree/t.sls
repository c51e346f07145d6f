third: {test.succeed_with_changes: []}
second: {test.succeed_with_changes: [{prereq: [{test: third}]}]}
first: {test.nop: [{prereq: [{test: second}]}]}
