t: 1
m: {x: t, z: t}
