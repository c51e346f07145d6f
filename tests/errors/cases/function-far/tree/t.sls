x:
  file.frobnicate: []
