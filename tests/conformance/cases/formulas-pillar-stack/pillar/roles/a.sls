roles: [a]
stack: {role: a}
