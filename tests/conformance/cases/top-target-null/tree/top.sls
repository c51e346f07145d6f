base: {'*': }
