conf-a: {test.succeed_with_changes: [{name: /etc/app/a}]}
conf-b: {test.nop: [{name: /etc/app/b}]}
daemon: {test.succeed_without_changes: [{watch: [{test: /etc/app/*}]}]}
