base:
  '*': [directories, files, templates, commands, checks]
