#!yaml|gpg
password: |
  -----BEGIN PGP MESSAGE-----
