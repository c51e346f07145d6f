from: dev
dev: 1
