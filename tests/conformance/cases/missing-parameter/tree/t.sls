a: {file.replace: [{name: '@DIR@/x'}, {pattern: a}]}
b: {test.nop: []}
