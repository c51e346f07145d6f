base: test.nop
