app:
  lookup: {a: 9, nest: {z: 3}}
