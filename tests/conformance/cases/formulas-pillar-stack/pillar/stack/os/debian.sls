stack:
  web:
    tls: {min: 1.2}
    null_me: ~
