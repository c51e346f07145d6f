include: [u]
exclude: [u]
t: {test.succeed_with_changes: []}
