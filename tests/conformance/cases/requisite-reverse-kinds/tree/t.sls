t: {test.nop: []}
u: {test.nop: []}
v: {test.nop: []}
w: {test.nop: []}
loud: {test.succeed_with_changes: [{watch_in: [{test: t}]}, {onchanges_in: [{test: u}]}]}
bad: {test.fail_without_changes: [{onfail_in: [{test: v}]}, {require_in: [{test: w}]}]}
