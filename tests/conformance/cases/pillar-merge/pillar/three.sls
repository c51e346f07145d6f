scalar: three
empty: {}
null_value: null
map: {a: null}
