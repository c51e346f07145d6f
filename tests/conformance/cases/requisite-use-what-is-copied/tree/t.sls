donor:
  test.configurable_test_state:
    - changes: False
    - result: True
    - comment: of the donor
    - name: donor-name
    - order: 3
    - onlyif: 'true'
    - require: [{test: base}]
    - failhard: True
base: {test.nop: []}
receiver:
  test.configurable_test_state:
    - comment: my own
    - use: [{test: donor}]
pushed: {test.configurable_test_state: []}
pusher:
  test.configurable_test_state:
    - result: True
    - changes: False
    - use_in: [{test: pushed}]
