{{ {'a': nope} }}
