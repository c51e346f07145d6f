x: dev
dev: 1
l: [dev]
