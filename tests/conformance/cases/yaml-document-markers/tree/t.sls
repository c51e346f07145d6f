---
a:
  test.nop: []
...
