target: {test.succeed_without_changes: []}
before: {test.succeed_with_changes: [{prereq: [{test: target}]}]}
