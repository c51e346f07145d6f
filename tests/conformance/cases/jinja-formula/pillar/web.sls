web:
  lookup: {config: /srv/nginx}
  extra: {b: [1, 2], a: {c: 'x y'}}
