include: [both, dir]
