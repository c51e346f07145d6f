include: [more, 'inc*', gone, 'z*']
base: {'*': [a]}
