include:
  - users: yes
