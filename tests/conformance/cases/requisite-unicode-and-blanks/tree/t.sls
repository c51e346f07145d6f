größe: {test.succeed_with_changes: []}
with a blank: {test.nop: [{watch: [{test: größe}]}]}
'quoted: colon': {test.nop: [{require: [{test: with a blank}]}]}
'1': {test.nop: [{require: [{test: 'quoted: colon'}]}]}
user: {test.nop: [{onchanges: [{test: '1'}, größe]}]}
