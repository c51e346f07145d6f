inbase: 1
