host: one
