base: {'*': [a, c]}
