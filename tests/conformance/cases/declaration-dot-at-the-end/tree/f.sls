x:
  .nop: []
