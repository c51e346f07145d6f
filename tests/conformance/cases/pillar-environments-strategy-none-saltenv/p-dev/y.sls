y: dev
