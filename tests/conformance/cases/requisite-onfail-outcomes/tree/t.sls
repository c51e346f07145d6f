ok: {test.succeed_without_changes: []}
bad: {test.fail_without_changes: []}
f-ok: {test.nop: [{onfail: [{test: ok}]}]}
f-bad: {test.nop: [{onfail: [{test: bad}]}]}
f-mixed: {test.nop: [{onfail: [{test: ok}, {test: bad}]}]}
f-all: {test.nop: [{onfail_all: [{test: ok}, {test: bad}]}]}
f-any: {test.nop: [{onfail_any: [{test: ok}, {test: bad}]}]}
r-on-skipped: {test.nop: [{require: [{test: f-ok}]}]}
f-and-require: {test.nop: [{onfail: [{test: bad}]}, {require: [{test: ok}]}]}
