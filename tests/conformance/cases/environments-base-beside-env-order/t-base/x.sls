x-base: test.nop
