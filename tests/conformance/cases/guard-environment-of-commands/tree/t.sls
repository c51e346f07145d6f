env: {test.nop: [{onlyif: 'test "$WORD" = yes'}, {env: [{WORD: 'yes'}]}]}
env-map: {test.nop: [{onlyif: 'test "$WORD" = yes'}, {env: {WORD: 'yes'}}]}
cwd: {test.nop: [{onlyif: 'test "$(pwd)" = /'}, {cwd: /}]}
shell: {test.nop: [{onlyif: 'test -z "$BASH_VERSION"'}, {shell: /bin/sh}]}
retcodes: {test.nop: [{onlyif: 'exit 3'}, {success_retcodes: [3]}]}
excluded: {test.nop: [{onlyif: 'test "$WORD" = yes'}, {env: [{WORD: 'yes'}]}, {cmd_opts_exclude: [env]}]}
excluded-as-text: {test.nop: [{unless: 'test "$(pwd)" = /'}, {cwd: /}, {cmd_opts_exclude: cwd}]}
umask: {test.nop: [{onlyif: 'test "$(umask)" = 0027'}, {umask: '027'}]}
