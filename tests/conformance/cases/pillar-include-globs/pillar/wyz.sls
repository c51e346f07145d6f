wyz: 1
