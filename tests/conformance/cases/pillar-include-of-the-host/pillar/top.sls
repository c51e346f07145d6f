base: {'*': [main]}
