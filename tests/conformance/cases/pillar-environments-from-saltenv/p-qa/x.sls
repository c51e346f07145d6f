x: qa
qa: 1
l: [qa]
