%TAG !y! tag:yaml.org,2002:
---
a:
  test.nop:
    - v: !y!str 12
