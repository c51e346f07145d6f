base: {test.succeed_with_changes: []}
wanted: {test.nop: [{watch: [{test: base}]}]}
other: {test.nop: []}
many: {test.nop: [{names: [x, y]}, {require: [{test: base}]}]}
