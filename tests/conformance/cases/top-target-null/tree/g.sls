g: test.nop
