qa: {'fp-*': [x]}
