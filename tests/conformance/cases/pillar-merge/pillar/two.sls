map: {b: {y: 3, z: 4}, c: 5}
list: [3]
scalar: two
kind: now text
