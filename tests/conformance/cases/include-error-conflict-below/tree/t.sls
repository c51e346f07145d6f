include: [u, v]
