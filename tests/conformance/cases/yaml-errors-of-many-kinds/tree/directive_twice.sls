%YAML 1.1
%YAML 1.1
---
x:
  test.nop
