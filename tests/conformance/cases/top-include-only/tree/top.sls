include: [more]
