web:
  pkg.installed:
    - pkgs: [nginx, curl

other:
  test.nop: []
