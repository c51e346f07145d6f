base: {'*': [a
