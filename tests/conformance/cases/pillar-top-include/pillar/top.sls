include: [more, missing, 'g*']
base: {'*': [a], 'fp-*': [a]}
