base: {'*': a}
