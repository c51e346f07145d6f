donor:
  test.configurable_test_state:
    - changes: True
    - result: True
    - comment: from donor
taker:
  test.configurable_test_state:
    - result: False
    - use: [{test: donor}]
giver:
  test.configurable_test_state:
    - comment: given
    - use_in: [{test: receiver}]
receiver:
  test.configurable_test_state:
    - changes: False
