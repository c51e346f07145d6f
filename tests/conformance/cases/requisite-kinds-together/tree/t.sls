ok: {test.nop: []}
loud: {test.succeed_with_changes: []}
bad: {test.fail_without_changes: []}
failure-beats-skip: {test.nop: [{require: [{test: bad}]}, {onchanges: [{test: ok}]}]}
skip-beats-watch: {test.nop: [{watch: [{test: loud}]}, {onchanges: [{test: ok}]}]}
onfail-and-require-met: {test.nop: [{require: [{test: ok}]}, {onfail: [{test: bad}]}]}
onfail-and-onchanges-unmet: {test.nop: [{onfail: [{test: ok}]}, {onchanges: [{test: ok}]}]}
onfail-unmet-onchanges-met: {test.nop: [{onfail: [{test: ok}]}, {onchanges: [{test: loud}]}]}
onfail-met-onchanges-unmet: {test.nop: [{onfail: [{test: bad}]}, {onchanges: [{test: ok}]}]}
watch-and-require: {test.nop: [{watch: [{test: loud}]}, {require: [{test: ok}]}]}
