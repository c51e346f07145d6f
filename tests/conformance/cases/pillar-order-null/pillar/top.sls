base: {'*': [a, {order: }]}
