x:
  test.: []
