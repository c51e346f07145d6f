a: {test.nop: [
  {v: 1},
  {w: [
1,
2
]}
]}
