@DIR@/f:
  file.managed:
    - source: salt://files/t.txt
    - template: jinja
after:
  test.nop: []
