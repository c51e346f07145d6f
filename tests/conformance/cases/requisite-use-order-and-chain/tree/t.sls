first: {test.configurable_test_state: [{comment: first}, {changes: False}]}
second: {test.configurable_test_state: [{use: [{test: first}]}, {result: True}]}
third: {test.configurable_test_state: [{use: [{test: second}]}]}
both: {test.configurable_test_state: [{use: [{test: first}, {test: second}]}]}
