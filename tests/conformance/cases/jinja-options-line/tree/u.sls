#!jinja|yaml
#jinja2: {"variable_start_string": "<<", "variable_end_string": ">>"}
a:
  test.nop:
    - x: << 3 >>
