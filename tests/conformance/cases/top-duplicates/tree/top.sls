base: {'*': [a, b, a], 'fp-*': [b, c, {match: glob}, a], 'x': [d]}
