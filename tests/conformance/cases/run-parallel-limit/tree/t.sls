a: {cmd.run: [{name: 'sleep 0.1; echo a'}, {parallel: True}]}
b: {cmd.run: [{name: 'echo b'}, {parallel: True}]}
c: {cmd.run: [{name: 'echo c'}, {parallel: True}]}
