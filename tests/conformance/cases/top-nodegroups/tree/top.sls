base:
  'N@proxies': [a]
  'proxies':
    - match: nodegroup
    - b
  'not N@debian-proxies': [never]
  'N@debian-proxies': [c]
