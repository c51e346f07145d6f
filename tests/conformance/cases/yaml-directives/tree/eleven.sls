%YAML 1.1
---
a:
  test.nop:
    - v: yes
