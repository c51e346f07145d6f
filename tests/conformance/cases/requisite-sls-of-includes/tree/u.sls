include: [v]
in-u: {test.succeed_with_changes: []}
