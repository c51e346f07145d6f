a:
  tset.nop: []
