base: {'*': [a]}
dev: {'*': [a, b]}
