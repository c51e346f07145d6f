deep: {test.nop: [{onlyif: [{fun: test.arg, args: [a, ''], kw: {k: v}, get_return: 'kwargs:kw:k'}]}]}
falsy: {test.nop: [{onlyif: [{fun: test.arg, kw: [a, ''], get_return: 'kwargs:kw:1'}]}]}
absent: {test.nop: [{onlyif: [{fun: test.arg, args: [a], get_return: 'kwargs:nope'}]}]}
unless-it: {test.nop: [{unless: [{fun: test.arg, kw: [a], get_return: 'kwargs:kw:0'}]}]}
