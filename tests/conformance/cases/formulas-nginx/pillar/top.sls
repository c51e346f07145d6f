base:
  '*':
    - nginx
    - nginx.sites
