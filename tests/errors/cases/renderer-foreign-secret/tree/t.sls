x:
  cmd.run
