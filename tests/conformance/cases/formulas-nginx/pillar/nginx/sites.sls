nginx:
  servers:
    managed:
      default:
        enabled: false
        config: []
      mysite:
        enabled: true
        overwrite: true
        config:
          - server:
              - server_name: localhost
              - listen:
                  - '80 default_server'
              - listen:
                  - '443 ssl'
              - index: index.html index.htm
              - location ~ .htm:
                  - try_files: $uri $uri/ =404
                  - test: something else
