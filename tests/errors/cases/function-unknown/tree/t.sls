/tmp/x:
  file.manged:
    - contents: a
