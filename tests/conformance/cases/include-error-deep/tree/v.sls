include: [nowhere]
