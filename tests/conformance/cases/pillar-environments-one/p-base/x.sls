x: base
base: 1
l: [base]
