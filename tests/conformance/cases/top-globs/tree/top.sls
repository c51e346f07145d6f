base:
  '*': ['parts.*']
