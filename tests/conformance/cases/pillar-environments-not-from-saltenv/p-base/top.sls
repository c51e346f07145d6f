base: {'*': [x]}
dev: {'*': [x]}
