role: proxy
proxy:
  port: 8080
  backends:
    - 10.0.0.1:9000
    - 10.0.0.2:9000
