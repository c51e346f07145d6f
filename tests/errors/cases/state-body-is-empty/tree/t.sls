web:

other:
  test.nop: []
