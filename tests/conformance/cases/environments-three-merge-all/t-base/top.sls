base: {'*': [x]}
dev: {'fp-*': [x]}
