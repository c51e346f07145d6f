include: [b]
extend:
  web:
    test.nop:
      - text: changed
      - extra: added
      - require: [{test: mine}]
mine: {test.nop: []}
