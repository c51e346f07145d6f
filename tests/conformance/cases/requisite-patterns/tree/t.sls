web-1: {test.succeed_with_changes: []}
web-2: {test.nop: []}
db-1: {test.fail_without_changes: []}
all-web: {test.nop: [{watch: [{test: 'web-*'}]}]}
one-character: {test.nop: [{onchanges: [{test: 'web-?'}]}]}
a-set: {test.nop: [{require: [{test: '[wd]*-1'}]}]}
any-module: {test.nop: [{onfail: ['db-*']}]}
not-in-set: {test.nop: [{require: [{test: 'web-[!1]'}]}]}
