base: {'*': [a, {match: }]}
