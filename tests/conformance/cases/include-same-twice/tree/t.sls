include: [b, b, c]
