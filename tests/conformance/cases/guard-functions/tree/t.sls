a: {test.nop: [{onlyif: [{fun: file.file_exists, args: [/bin/sh]}]}]}
b: {test.nop: [{unless: [{fun: file.file_exists, args: [/bin/sh]}]}]}
c: {test.nop: [{onlyif: [{fun: file.file_exists, path: /no/such/file}]}]}
