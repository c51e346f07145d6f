ok: {test.nop: []}
bad: {test.fail_without_changes: []}
worse: {test.fail_with_changes: []}
any: {test.nop: [{onfail_any: [{test: ok}, {test: bad}]}]}
plain: {test.nop: [{onfail: [{test: ok}, {test: bad}]}]}
all-but-one: {test.nop: [{onfail_all: [{test: ok}, {test: bad}]}]}
all: {test.nop: [{onfail_all: [{test: worse}, {test: bad}]}]}
none: {test.nop: [{onfail_any: [{test: ok}]}]}
