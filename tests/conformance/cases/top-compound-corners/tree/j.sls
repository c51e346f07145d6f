j: test.nop
