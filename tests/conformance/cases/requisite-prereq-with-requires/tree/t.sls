base: {test.nop: []}
target: {test.succeed_with_changes: [{require: [{test: base}]}]}
before: {test.nop: [{prereq: [{test: target}]}]}
after: {test.nop: [{require: [{test: target}]}]}
