make:
  cmd.run:
    - user: build
    - creates: /x
