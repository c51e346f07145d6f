make:
  cmd.run: []
