base: {'*': [main, nosuch]}
