who: c
c: 1
