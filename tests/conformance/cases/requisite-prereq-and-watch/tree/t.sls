config: {test.succeed_with_changes: []}
service: {test.nop: [{watch: [{test: config}]}]}
announce: {test.nop: [{prereq: [{test: service}]}]}
