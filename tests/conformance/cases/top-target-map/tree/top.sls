base: {'*': {a: b}}
