one: {cmd.run: [{name: echo one}, {creates: '@DIR@/file'}]}
make: {cmd.run: [{name: 'touch @DIR@/file'}, {creates: '@DIR@/file'}]}
again: {cmd.run: [{name: echo again}, {creates: '@DIR@/file'}]}
all: {cmd.run: [{name: echo all}, {creates: ['@DIR@/file', '@DIR@']}]}
some: {cmd.run: [{name: echo some}, {creates: ['@DIR@/file', '@DIR@/other']}]}
