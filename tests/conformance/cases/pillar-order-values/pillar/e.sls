who: e
e: 1
