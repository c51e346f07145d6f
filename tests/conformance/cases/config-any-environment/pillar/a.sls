of: base
