base: {'*': [nope]}
