base: {'fp-?': [d]}
