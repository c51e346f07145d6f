p: test.nop
