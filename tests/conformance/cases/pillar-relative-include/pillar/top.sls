base: {'*': [pack]}
