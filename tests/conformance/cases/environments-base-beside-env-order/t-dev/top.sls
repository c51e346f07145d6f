dev: {'*': [y, {base: x}]}
base: {'*': [never]}
