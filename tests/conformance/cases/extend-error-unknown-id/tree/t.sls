include: [u]
extend: {nope: {test: [{comment: x}]}, a: {test: [{comment: y}]}}
