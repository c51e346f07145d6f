include: ['n*']
x: 1
