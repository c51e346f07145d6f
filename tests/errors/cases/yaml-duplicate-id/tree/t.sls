web:
  test.nop: []

other:
  test.nop: []

web:
  test.nop: []
