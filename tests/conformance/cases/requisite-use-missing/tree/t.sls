a: {test.configurable_test_state: [{use: [{test: nowhere}]}, {changes: False}]}
