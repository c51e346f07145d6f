there: {test.nop: [{creates: /bin/sh}]}
gone: {test.nop: [{creates: /no/such/file}]}
two: {test.nop: [{creates: [/bin/sh, /etc/passwd]}]}
one-of-two: {test.nop: [{creates: [/bin/sh, /no/such/file]}]}
