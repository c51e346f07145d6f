vim:
  pkg.installed:

other:
  pkg.installed
