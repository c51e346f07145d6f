%YAML 1.1
%YAML 1.1
---
a:
  test.nop:
    - v: 1
