z: test.nop
