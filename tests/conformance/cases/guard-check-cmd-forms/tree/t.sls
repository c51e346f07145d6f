fine: {test.succeed_with_changes: [{check_cmd: ['true', 'true']}]}
second-fails: {test.succeed_with_changes: [{check_cmd: ['true', 'false', 'true']}]}
heals: {test.fail_without_changes: [{check_cmd: ['true']}]}
stopped-by-guard: {test.nop: [{unless: 'true'}, {check_cmd: ['false']}]}
after: {test.nop: [{require: [{test: second-fails}]}]}
