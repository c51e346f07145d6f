include: [pack]
