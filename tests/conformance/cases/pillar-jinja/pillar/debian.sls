debian: true
