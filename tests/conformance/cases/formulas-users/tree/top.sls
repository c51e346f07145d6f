base:
  '*':
    - users
    - users.sudo
