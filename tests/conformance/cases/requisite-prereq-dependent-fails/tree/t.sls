target: {test.succeed_with_changes: []}
before: {test.fail_without_changes: [{prereq: [{test: target}]}]}
