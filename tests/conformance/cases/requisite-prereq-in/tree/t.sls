target: {test.succeed_with_changes: []}
before: {test.nop: []}
after: {test.nop: [{require: [{test: target}]}]}
hook: {test.nop: [{prereq: [{test: target}]}]}
