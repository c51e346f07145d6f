list: [2, 3]
deep: {l: [b, a]}
