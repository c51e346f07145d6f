all: {test.nop: [{onfail_all: [{test: ok}, {test: bad}]}]}
really-all: {test.nop: [{onfail_all: [{test: bad}]}]}
ok: {test.nop: []}
bad: {test.fail_without_changes: []}
