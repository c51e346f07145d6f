include:
  - keys:
      key: ssh
