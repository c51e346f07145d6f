base:
  'N@list': [a]
  'N@nested': [b]
  'N@circle': [c]
  'N@nope': [d]
  'list': [e, {match: nodegroup}]
  'not N@nested': [f]
  'N@list and N@nested': [g]
  'nope': [h, {match: nodegroup}]
