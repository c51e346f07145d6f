wx: 1
