base:
  'cm-*': [cm]
  'G@os:Ubuntu': [ubuntu]
  'fp-*': [never]
