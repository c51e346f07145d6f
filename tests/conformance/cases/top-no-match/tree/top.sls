base:
  'cm-*': [common]
