a:
  test.nop:
    - v: 	
    - w: 1
