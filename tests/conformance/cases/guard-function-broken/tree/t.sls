unknown-function: {test.nop: [{onlyif: [{fun: nowhere.at_all}]}]}
after: {test.nop: [{require: [{test: unknown-function}]}]}
