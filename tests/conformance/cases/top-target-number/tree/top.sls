base: {5: [a], '*': [b], true: [c]}
