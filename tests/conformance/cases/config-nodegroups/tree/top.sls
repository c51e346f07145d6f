base:
  all: [{match: nodegroup}, a]
  none: [{match: nodegroup}, b]
  'N@web': [c]
