w: f
