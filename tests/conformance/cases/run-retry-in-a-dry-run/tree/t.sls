defaults: {test.nop: [{retry: True}]}
given: {test.succeed_with_changes: [{retry: {attempts: 3, until: False, interval: 7, splay: 2}}]}
odd: {test.nop: [{retry: often}]}
stopped: {test.nop: [{unless: 'true'}, {retry: {attempts: 2, interval: 0}}]}
twice-stopped: {test.nop: [{unless: 'true'}, {creates: /}, {retry: {attempts: 2, interval: 0}}]}
stopped-and-checked: {test.nop: [{unless: 'true'}, {check_cmd: ['true']}, {retry: {attempts: 2, interval: 0}}]}
