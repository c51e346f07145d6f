base: {'*': [b], 'fp-*': [c]}
include: [never]
