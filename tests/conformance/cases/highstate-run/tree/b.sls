b: {test.nop: [{watch: [{test: a}]}]}
c: {test.fail_without_changes: []}
