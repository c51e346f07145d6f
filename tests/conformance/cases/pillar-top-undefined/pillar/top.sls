base: {'{{ nope }}': [a]}
