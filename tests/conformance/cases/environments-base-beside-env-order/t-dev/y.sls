y-dev: test.nop
