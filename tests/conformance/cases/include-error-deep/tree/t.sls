include: [u]
