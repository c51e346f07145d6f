#!json
{"a": {"test.nop": [{"text": "x"}]}}
