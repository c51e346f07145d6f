base: {'*': [a, {match: grian}]}
