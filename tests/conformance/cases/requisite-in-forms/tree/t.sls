base: {test.nop: []}
a: {test.nop: [{require_in: [{test: base}]}]}
b: {test.succeed_with_changes: [{watch_in: [{test: base}]}]}
c: {test.nop: [{onchanges_in: [{test: base}]}]}
d: {test.nop: [{onfail_in: [{test: d2}]}]}
d2: {test.nop: []}
