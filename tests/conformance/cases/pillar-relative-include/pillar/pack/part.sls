part: 1
