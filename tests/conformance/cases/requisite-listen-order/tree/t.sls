z-listens: {test.nop: [{listen: [{test: loud}]}]}
a-listens: {test.nop: [{listen: [{test: loud}, {test: louder}]}]}
loud: {test.succeed_with_changes: [{listen_in: [{test: m-told}]}]}
louder: {test.succeed_with_changes: [{listen_in: [{test: a-listens}, {test: b-told}]}]}
m-told: {test.nop: []}
b-told: {test.nop: []}
quiet: {test.nop: [{listen_in: [{test: never}]}]}
never: {test.nop: []}
