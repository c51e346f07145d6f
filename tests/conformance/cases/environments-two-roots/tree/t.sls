include: [both, second]
