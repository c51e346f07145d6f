stopped: {test.succeed_with_changes: [{unless: 'true'}]}
require: {test.nop: [{require: [{test: stopped}]}]}
watch: {test.nop: [{watch: [{test: stopped}]}]}
onchanges: {test.nop: [{onchanges: [{test: stopped}]}]}
onfail: {test.nop: [{onfail: [{test: stopped}]}]}
loud: {test.succeed_with_changes: []}
stopped-watcher: {test.nop: [{watch: [{test: loud}]}, {onlyif: 'false'}]}
prereq-of-stopped: {test.nop: [{prereq: [{test: stopped}]}]}
