base: {'*': [a, gone, {ignore_missing: yes}]}
