any: {thing: yes}
a: [b, c]
