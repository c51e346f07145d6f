include:
  - parts.*
