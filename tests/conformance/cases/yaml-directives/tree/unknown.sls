%FOO bar
---
a:
  test.nop:
    - v: 1
