? [a]
: test.nop
