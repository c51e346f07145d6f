base: {'*': [b]}
