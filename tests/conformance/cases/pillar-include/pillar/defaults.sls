own: {a: defaults, b: defaults}
shared: defaults
order: defaults
