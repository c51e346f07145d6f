x:
  flie.managed:
    - contents: a
