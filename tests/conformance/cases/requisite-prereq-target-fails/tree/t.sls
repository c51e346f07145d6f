target: {test.fail_without_changes: []}
before: {test.succeed_with_changes: [{prereq: [{test: target}]}]}
