from: base
base: 1
