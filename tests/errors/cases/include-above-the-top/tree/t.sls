include:
  - ..web
