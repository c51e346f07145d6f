indev: 1
