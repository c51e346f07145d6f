good: {cmd.run: [{name: 'true'}, {check_cmd: ['true']}]}
bad: {cmd.run: [{name: 'true'}, {check_cmd: ['true', 'false']}]}
mends: {test.fail_without_changes: [{check_cmd: ['true']}]}
breaks: {test.succeed_with_changes: [{check_cmd: ['false']}]}
