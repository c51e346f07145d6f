h: test.nop
