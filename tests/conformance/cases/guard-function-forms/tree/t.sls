one: {test.nop: [{onlyif: {fun: test.true}}]}
listed: {test.nop: [{onlyif: [{fun: test.true}, {fun: test.false}]}]}
unless-both: {test.nop: [{unless: [{fun: test.true}, {fun: test.echo, args: [x]}]}]}
unless-falsy: {test.nop: [{unless: [{fun: test.echo, args: ['']}]}]}
keyword: {test.nop: [{onlyif: [{fun: test.echo, text: hello}]}]}
one-argument: {test.nop: [{onlyif: [{fun: file.directory_exists, args: [/]}]}]}
mixed: {test.nop: [{onlyif: ['true', {fun: test.false}]}]}
mixed-other-way: {test.nop: [{unless: [{fun: test.true}, 'false']}]}
