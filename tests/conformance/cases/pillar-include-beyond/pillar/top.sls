base: {'*': [p.a]}
