%YAML 3.0
---
x:
  test.nop
