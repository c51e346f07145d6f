map: {b: 2}
