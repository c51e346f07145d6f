include: [.f]
w: e
v: e
