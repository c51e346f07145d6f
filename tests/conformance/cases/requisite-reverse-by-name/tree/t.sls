target: {test.nop: [{name: /etc/thing}]}
by-name: {test.succeed_with_changes: [{watch_in: [{test: /etc/thing}]}]}
by-plain-name: {test.nop: [{require_in: [/etc/thing]}]}
twice: {test.nop: [{require_in: [{test: target}, {test: target}]}]}
