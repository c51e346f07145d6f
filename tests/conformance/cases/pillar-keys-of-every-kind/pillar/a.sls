3: three
2.5: float
yes: truth
~: nothing
m: {1: a, no: b}
