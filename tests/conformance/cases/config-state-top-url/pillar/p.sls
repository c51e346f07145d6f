of: other
