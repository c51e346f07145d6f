{% if false %}{{ 1|nosuch }}{% endif %}a:
  test.nop: []
