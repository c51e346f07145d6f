include: [web.a, web.b]
exclude: [{sls: 'web.*'}]
a: {test.nop: []}
