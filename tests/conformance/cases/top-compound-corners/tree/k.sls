k: test.nop
