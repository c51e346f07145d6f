loud: {test.succeed_with_changes: [{listen_in: [ears]}]}
louder: {test.succeed_with_changes: [{listen_in: {test: more-ears}}]}
ears: {test.nop: []}
more-ears: {test.nop: []}
