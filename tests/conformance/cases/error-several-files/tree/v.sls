d: {test.nop: {x: y}}
