base: {'*': ['parts.*']}
