target: {test.succeed_with_changes: [{name: the name}]}
by-id: {test.nop: [{prereq: [target]}]}
by-name: {test.nop: [{prereq: [{test: the name}]}]}
