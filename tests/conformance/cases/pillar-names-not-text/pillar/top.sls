base: {'*': [a, 5, [nested], null, true, {match: glob}, {nonsense: 1}]}
