base: {'*': [a, {nonsense: x}, {match: glob}], 'x': [5, null]}
