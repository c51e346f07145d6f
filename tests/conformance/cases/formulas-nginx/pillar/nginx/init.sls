nginx:
  lookup:
    package: nginx-extras
    server_use_symlink: true
  server:
    opts: {}
    config:
      worker_processes: 4
      pid: /run/nginx.pid
      events:
        worker_connections: 1024
      http:
        sendfile: 'on'
        include:
          - /etc/nginx/mime.types
          - /etc/nginx/conf.d/*.conf
