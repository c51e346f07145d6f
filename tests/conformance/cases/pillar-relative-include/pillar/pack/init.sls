include: [.part]
own: 1
