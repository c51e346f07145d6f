roles: [web, db, legacy]
web: {port: 8080}
