quiet: {test.nop: []}
first: {test.succeed_with_changes: [{onchanges: [{test: quiet}]}]}
second: {test.nop: [{onchanges: [{test: first}]}]}
third: {test.nop: [{require: [{test: second}]}]}
fourth: {test.nop: [{watch: [{test: first}]}]}
fifth: {test.nop: [{onfail: [{test: first}]}]}
