base: [5]
