stack:
  order: [defaults]
  web: {ports: [8080], tls: {certs: [{name: a}, {name: b}]}, null_me: x}
  only_default: yes
