n: test.nop
