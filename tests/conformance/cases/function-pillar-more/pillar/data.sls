users:
  ops: {uid: 7, keys: [a, b]}
  app: {uid: 8}
role: proxy
ports: [80, 443]
deep: {l: [2, 3], m: {k: [2], n: 1}, t: text}
empty: {}
nothing: null
flag: false
