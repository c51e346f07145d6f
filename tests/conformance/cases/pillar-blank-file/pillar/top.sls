base: {'*': [blank, main]}
