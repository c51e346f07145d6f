include: [u, v]
a: nonsense
b:
  test.nop:
    - require: x
