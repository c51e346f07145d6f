mask: {cmd.run: [{name: 'umask; touch @DIR@/f; stat -c %a @DIR@/f'}, {umask: '077'}]}
number: {cmd.run: [{name: umask}, {umask: 27}]}
plain: {cmd.run: [{name: 'test "$(umask)" = 0077'}]}
