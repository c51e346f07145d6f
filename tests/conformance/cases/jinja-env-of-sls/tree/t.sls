a:
  test.nop:
    {% for i in [1, 2] %}
    - n{{ i }}: {{ i }}
    {% endfor %}
    ## a line comment
    %% if true
    - line: 1
    %% endif
