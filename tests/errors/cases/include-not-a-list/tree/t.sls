include: web
