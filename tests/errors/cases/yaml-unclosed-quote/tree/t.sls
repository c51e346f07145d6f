web:
  test.nop:
    - name: 'nginx
