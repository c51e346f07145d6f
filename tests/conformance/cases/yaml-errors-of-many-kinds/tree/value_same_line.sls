x: test.nop: []
