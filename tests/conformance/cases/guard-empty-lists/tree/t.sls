onlyif-empty: {test.nop: [{onlyif: []}]}
unless-empty: {test.succeed_with_changes: [{unless: []}]}
creates-empty: {test.nop: [{creates: []}]}
check-cmd-empty: {test.nop: [{check_cmd: []}]}
after: {test.nop: [{require: [{test: unless-empty}]}]}
