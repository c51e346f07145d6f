%YAML 2.0
---
a:
  test.nop:
    - v: yes
