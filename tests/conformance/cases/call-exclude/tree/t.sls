include: [u, v]
a: test.nop
b: test.nop
