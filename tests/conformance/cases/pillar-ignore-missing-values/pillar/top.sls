base:
  '*': [a, gone1, {ignore_missing: yes}]
  'fp-*': [gone1, gone2]
  'f*': [gone2, {ignore_missing: 1}, {ignore_missing: no}]
