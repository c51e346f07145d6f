include: ['w.*']
