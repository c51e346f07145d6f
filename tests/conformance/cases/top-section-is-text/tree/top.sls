base: a
