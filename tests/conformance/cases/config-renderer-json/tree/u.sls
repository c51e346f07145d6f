#!jinja|yaml
b: test.nop
