y:
  test.nop: []
x:
  test.nop:
    - name: a
      unless: b
    - require:
        - test: y
      onlyif: 'true'
