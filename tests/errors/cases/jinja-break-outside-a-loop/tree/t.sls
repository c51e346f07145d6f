{% break %}
x:
  cmd.run
