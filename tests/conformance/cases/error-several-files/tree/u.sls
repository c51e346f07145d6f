c: {test: [{comment: x}]}
