#!mako|yaml
x:
  cmd.run:
    - name: ${1 + 1}
