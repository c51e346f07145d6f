base: [a]
