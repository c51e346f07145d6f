include: ['no*']
a: {test.nop: []}
