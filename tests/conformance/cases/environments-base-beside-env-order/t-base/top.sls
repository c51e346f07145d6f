base: {'*': [never]}
