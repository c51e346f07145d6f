a:
  test.nop: []
{# a note
b:
  test.nop: []
