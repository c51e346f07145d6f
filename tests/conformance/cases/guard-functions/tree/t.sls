a: {test.nop: [{onlyif: [{fun: test.true_}]}]}
b: {test.nop: [{unless: [{fun: test.true_}]}]}
c: {test.nop: [{onlyif: [{fun: file.file_exists, args: [/no/such/file]}]}]}
