a:
  test.nop:
    - text: x
  cmd.run:
    - name: 'true'
