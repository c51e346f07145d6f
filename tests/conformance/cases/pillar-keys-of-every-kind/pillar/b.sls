3: drei
m: {1: c, false: d}
