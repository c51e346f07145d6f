a: true
