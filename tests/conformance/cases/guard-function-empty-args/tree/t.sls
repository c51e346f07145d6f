x:
  test.nop:
    - onlyif:
      - fun: test.ping
        args: {}
y:
  test.nop:
    - unless:
      - fun: test.ping
        args: ''
