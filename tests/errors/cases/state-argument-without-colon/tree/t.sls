web:
  file.managed:
    - source salt://web
