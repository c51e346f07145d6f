c:
  file.manged: []
