users: {adam: {uid: 1500}}
