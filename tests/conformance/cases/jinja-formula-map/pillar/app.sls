app:
  ports: [8080, 8443]
  users:
    bob: {}
    ann: {uid: 7}
