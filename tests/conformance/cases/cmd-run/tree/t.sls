'true': {cmd.run: []}
'false': {cmd.run: []}
echo: {cmd.run: [{name: 'echo out; echo err >&2'}]}
cwd: {cmd.run: [{name: pwd}, {cwd: /}]}
nocwd: {cmd.run: [{name: pwd}, {cwd: /no/such/dir}]}
env: {cmd.run: [{name: 'echo $A $B'}, {env: [{A: one}, {B: yes}]}]}
env-map: {cmd.run: [{name: 'echo $A'}, {env: {A: 5}}]}
code: {cmd.run: [{name: 'exit 3'}]}
expected: {cmd.run: [{name: 'exit 3'}, {success_retcodes: [3]}]}
lines: {cmd.run: [{name: "printf 'a\\nb\\n\\n'"}]}
creates: {cmd.run: [{name: echo no}, {creates: /bin/sh}]}
