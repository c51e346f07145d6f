changed: {test.succeed_with_changes: []}
a: {test.nop: [{unless: 'true'}, {watch: [{test: changed}]}]}
b: {test.nop: [{onlyif: 'false'}, {require: [{test: changed}]}]}
c: {test.nop: [{onchanges: [{test: a}]}]}
