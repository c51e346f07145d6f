one: {test.succeed_with_changes: [{name: shared}]}
two: {test.nop: [{name: shared}, {require: [{test: one}]}]}
by-name: {test.nop: [{watch: [{test: shared}]}]}
