/tmp/x:
  file.managed:
    contents: a
    mode: 644
