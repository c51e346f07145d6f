include: [u]
loud: {test.succeed_with_changes: [{watch_in: [{sls: u}]}]}
bad: {test.fail_without_changes: [{onfail_in: [{sls: u}]}]}
