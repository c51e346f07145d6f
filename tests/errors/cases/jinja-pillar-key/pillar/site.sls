title: x
port: 80
