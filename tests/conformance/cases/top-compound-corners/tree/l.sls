l: test.nop
