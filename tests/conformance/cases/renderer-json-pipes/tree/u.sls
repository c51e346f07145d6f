#!jinja|json
{"a": {"test.nop": [{"x": {{ [1, 2]|json }} }]}}
