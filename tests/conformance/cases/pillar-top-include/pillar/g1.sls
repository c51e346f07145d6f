base: {'*': [c]}
