base: {'*': [a, [b, c]]}
