base: {'*': [v]}
