loud: {test.succeed_with_changes: [{listen_in: [{test: nobody}]}]}
quiet: {test.nop: [{listen_in: [{test: nobody-either}]}]}
ear: {test.nop: [{listen: [{test: nothing}, {cmd: loud}, not-even-a-module]}]}
pattern: {test.nop: [{listen: [{test: 'lou*'}, {sls: t}]}]}
