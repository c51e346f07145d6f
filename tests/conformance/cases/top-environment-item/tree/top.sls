base: {'*': [a, {base: b}, {nope: c}]}
