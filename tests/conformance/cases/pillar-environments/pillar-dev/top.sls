dev: {'*': [main]}
