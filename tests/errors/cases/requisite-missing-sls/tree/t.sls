include:
  - web
x:
  test.nop:
    - require:
      - sls: wbe
