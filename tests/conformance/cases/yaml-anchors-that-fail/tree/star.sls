a:
  test.nop:
    - v: *.example.com
