#!json
{"a": {"test.nop": [{"x": 1.5}, {"y": null}]}}
