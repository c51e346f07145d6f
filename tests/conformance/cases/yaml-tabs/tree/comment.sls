a:
  test.nop:
    - v: 1	# c
