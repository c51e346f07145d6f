target: {test.succeed_with_changes: []}
before: {test.succeed_without_changes: [{prereq: [{test: target}]}]}
