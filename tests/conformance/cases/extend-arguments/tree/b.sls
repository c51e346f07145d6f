web:
  test.nop:
    - text: original
    - kept: yes
    - require: [{test: theirs}]
theirs: {test.nop: []}
