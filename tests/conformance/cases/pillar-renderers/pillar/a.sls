#!json
{"a": 1, "include": ["b"]}
