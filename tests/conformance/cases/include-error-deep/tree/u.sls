include: [v]
