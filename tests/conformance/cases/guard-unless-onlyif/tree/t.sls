u-true: {test.succeed_with_changes: [{unless: 'true'}]}
u-false: {test.succeed_with_changes: [{unless: 'false'}]}
u-some: {test.nop: [{unless: ['true', 'false']}]}
u-all: {test.nop: [{unless: ['true', 'true']}]}
o-true: {test.nop: [{onlyif: 'true'}]}
o-false: {test.nop: [{onlyif: 'false'}]}
o-some: {test.nop: [{onlyif: ['true', 'false']}]}
both: {test.nop: [{onlyif: 'false'}, {unless: 'true'}]}
shell: {test.nop: [{onlyif: 'test $((1+1)) = 2 && true | true'}]}
