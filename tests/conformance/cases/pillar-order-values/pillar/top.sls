base:
  '*': [a, {order: '3'}]
  'fp*': [b, {order: 2.9}]
  'fp-*': [c, {order: yes}]
  'f*': [d, {order: first}]
  '*1': [e, {order: -1}]
  '*-1': [f, {order: 9}, {order: 0}]
  '*-*': [g]
