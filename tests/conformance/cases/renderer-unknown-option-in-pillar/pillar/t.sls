#!jinja -x|yaml
x: 1
