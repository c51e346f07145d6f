{% set port = grains.prot %}
a:
  test.nop:
    - name: b{{ port }}
