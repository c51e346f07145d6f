web:
  file.managed:
    - contents: a
  file.absent: []
