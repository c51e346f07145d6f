roles: [b]
stack: {role: b}
