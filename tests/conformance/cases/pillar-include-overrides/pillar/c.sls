x: c
z: c
m: {x: c, z: c}
