of: dev
