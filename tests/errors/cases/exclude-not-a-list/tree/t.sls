exclude: web
