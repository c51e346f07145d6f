m: test.nop
